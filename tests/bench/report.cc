#include "paylog/tests/bench/report.h"

#include <cmath>
#include <cstdio>
#include <fstream>

#include <nlohmann/json.hpp>

namespace paylog::bench {

void Report::Add(const std::string& name, double value, const std::string& unit) {
  figures_.push_back({name, value, unit});
  const int decimals = std::abs(value) >= 100 ? 0 : std::abs(value) >= 10 ? 1 : 3;
  std::printf("%s: %.*f %s\n", name.c_str(), decimals, value, unit.c_str());
  std::fflush(stdout);
}

bool Report::WriteJson(const std::string& path) const {
  nlohmann::json all = nlohmann::json::array();
  for (const Figure& figure : figures_) {
    all.push_back({{"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}});
  }
  std::ofstream file(path);
  file << all.dump(1) << '\n';
  return file.flush().good();
}

}  // namespace paylog::bench
