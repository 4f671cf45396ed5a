#pragma once

#include <string>
#include <vector>

namespace paylog::bench {

// Figures in the order in which they came: printed as lines `name: value unit`, and as JSON where a
// file is named. Used by one thread.
class Report {
 public:
  // Prints the line at once.
  void Add(const std::string& name, double value, const std::string& unit);
  // [{"name":...,"value":...,"unit":...}]; false where the file cannot be written.
  [[nodiscard]] bool WriteJson(const std::string& path) const;

 private:
  struct Figure {
    std::string name;
    double value;
    std::string unit;
  };
  std::vector<Figure> figures_;
};

}  // namespace paylog::bench
