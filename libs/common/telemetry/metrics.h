#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace paylog::telemetry {

using Labels = std::map<std::string, std::string>;

// Metrics of one process, for Prometheus. Each is declared once, by name, before it is used, and
// has a series for each set of labels. Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void DeclareCounter(const std::string& name, const std::string& help);
  void DeclareGauge(const std::string& name, const std::string& help);
  // `bounds`: the upper ends of the buckets, ascending.
  void DeclareHistogram(const std::string& name, const std::string& help,
                        std::vector<double> bounds);

  // REQUIRES, for all of these: the name was declared, as that kind.
  void Increment(const std::string& counter, const Labels& labels);
  // Sets a counter to what was counted elsewhere; it never goes back.
  void RaiseTo(const std::string& counter, const Labels& labels, double total);
  void Set(const std::string& gauge, const Labels& labels, double value);
  // Ends the series, of what is no longer this process's.
  void Remove(const std::string& gauge, const Labels& labels);
  void Observe(const std::string& histogram, const Labels& labels, double value);

  // Called at the beginning of each Render, to bring up to date what is read from elsewhere. Set it
  // before there is another thread.
  void SetRefresh(std::function<void()> refresh);
  // In Prometheus's text format, version 0.0.4.
  [[nodiscard]] std::string Render();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace paylog::telemetry
