#include "mutants.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "paylog/base/check.h"
#include "paylog/simulation/simulation.h"

// Does the simulator notice? Each mutant runs in a process of its own, since some end it.
namespace paylog {
namespace {

constexpr std::uint64_t kSeedsMax = 200;
// A seed takes a fraction of a second.
constexpr rlim_t kProcessorSecondsPerSeed = 60;

// A seed that never comes to an end gets SIGXCPU.
void LimitProcessorTime() {
  rusage used{};
  CHECK(getrusage(RUSAGE_SELF, &used) == 0);
  const auto seconds = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
  const rlimit limit{.rlim_cur = seconds + kProcessorSecondsPerSeed, .rlim_max = RLIM_INFINITY};
  CHECK(setrlimit(RLIMIT_CPU, &limit) == 0);
}

// Runs seeds until one fails, and writes "SEED CHECK: WHAT" to `out`; nothing where none does.
[[noreturn]] void RunMutant(const mutants::Mutant& mutant, int out) {
  mutants::Activate(mutant.name);
  for (std::uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    LimitProcessorTime();
    dprintf(out, "\n%llu ", static_cast<unsigned long long>(seed));
    const simulation::Report report = simulation::Simulate(simulation::Draw(seed));
    if (!report.violations.empty()) {
      const simulation::Violation& first = report.violations.front();
      dprintf(out, "%s: %s", first.check.c_str(), first.what.c_str());
      _exit(1);
    }
  }
  _exit(0);
}

std::string ReadAll(int from) {
  std::string text;
  char buffer[4096];
  for (ssize_t size = 0; (size = read(from, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(size));
  }
  return text;
}

class MutantsTest : public testing::TestWithParam<mutants::Mutant> {};

TEST_P(MutantsTest, IsCaught) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(ends[0]);
    CHECK(freopen("/dev/null", "w", stderr) != nullptr);
    RunMutant(GetParam(), ends[1]);
  }
  close(ends[1]);
  const std::string said = ReadAll(ends[0]);
  close(ends[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  std::string last = said.substr(said.rfind('\n') + 1);
  if (WIFSIGNALED(status)) {
    // A CHECK ends the process with SIGABRT; SIGXCPU means that the seed never came to an end.
    last += WTERMSIG(status) == SIGABRT ? "check: the process ended itself" : "hang: no end";
  }
  std::printf("mutant %s (%s): caught by seed %s\n", std::string(GetParam().name).c_str(),
              std::string(GetParam().about).c_str(), last.c_str());
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 1)
      << "survived " << kSeedsMax << " seeds: " << GetParam().about;
}

INSTANTIATE_TEST_SUITE_P(Each, MutantsTest, testing::ValuesIn(mutants::All()), [](const auto& one) {
  std::string name(one.param.name);
  std::erase(name, '-');
  return name;
});

TEST(MutantsTest, ThereAreEnough) {
  EXPECT_GE(mutants::All().size(), 20U);
}

// The mutated sources, with nothing switched on, are the originals.
TEST(MutantsTest, NoneIsOnByItself) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_TRUE(simulation::Simulate(simulation::Draw(seed)).violations.empty()) << seed;
  }
}

}  // namespace
}  // namespace paylog
