#include "paylog/cli/command_line.h"

int main(int argc, char** argv) {
  return static_cast<int>(paylog::cli::Main(argc, argv));
}
