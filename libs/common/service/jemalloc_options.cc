// Linked into every executable whose malloc is jemalloc, which looks for this name.
// An arena for each processor instead of four: a stage's memory is allocated by one thread and
// freed by others, and what lies free in one arena is no use to the rest (ADR 12).
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf = "percpu_arena:percpu";
}
