#include "paylog/telemetry/metrics.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "paylog/base/check.h"

namespace paylog::telemetry {
namespace {

template <typename Kind>
using Families = std::map<std::string, prometheus::Family<Kind>*>;

template <typename Kind>
prometheus::Family<Kind>& Find(const Families<Kind>& families, const std::string& name) {
  const auto found = families.find(name);
  CHECK(found != families.end());
  return *found->second;
}

}  // namespace

struct Metrics::Implementation {
  prometheus::Registry registry;
  // Filled by declarations, under the mutex; their families belong to the registry.
  std::mutex mutex;
  Families<prometheus::Counter> counters;
  Families<prometheus::Gauge> gauges;
  Families<prometheus::Histogram> histograms;
  std::map<std::string, std::vector<double>> bounds;
  std::function<void()> refresh = [] {};
};

Metrics::Metrics() : implementation_(std::make_unique<Implementation>()) {}
Metrics::~Metrics() = default;

void Metrics::DeclareCounter(const std::string& name, const std::string& help) {
  const std::scoped_lock lock(implementation_->mutex);
  implementation_->counters[name] =
      &prometheus::BuildCounter().Name(name).Help(help).Register(implementation_->registry);
}

void Metrics::DeclareGauge(const std::string& name, const std::string& help) {
  const std::scoped_lock lock(implementation_->mutex);
  implementation_->gauges[name] =
      &prometheus::BuildGauge().Name(name).Help(help).Register(implementation_->registry);
}

void Metrics::DeclareHistogram(const std::string& name, const std::string& help,
                               std::vector<double> bounds) {
  const std::scoped_lock lock(implementation_->mutex);
  implementation_->histograms[name] =
      &prometheus::BuildHistogram().Name(name).Help(help).Register(implementation_->registry);
  implementation_->bounds[name] = std::move(bounds);
}

void Metrics::Increment(const std::string& counter, const Labels& labels) {
  const std::scoped_lock lock(implementation_->mutex);
  Find(implementation_->counters, counter).Add(labels).Increment();
}

void Metrics::RaiseTo(const std::string& counter, const Labels& labels, double total) {
  const std::scoped_lock lock(implementation_->mutex);
  prometheus::Counter& series = Find(implementation_->counters, counter).Add(labels);
  series.Increment(std::max(0.0, total - series.Value()));
}

void Metrics::Set(const std::string& gauge, const Labels& labels, double value) {
  const std::scoped_lock lock(implementation_->mutex);
  Find(implementation_->gauges, gauge).Add(labels).Set(value);
}

void Metrics::Remove(const std::string& gauge, const Labels& labels) {
  const std::scoped_lock lock(implementation_->mutex);
  prometheus::Family<prometheus::Gauge>& family = Find(implementation_->gauges, gauge);
  family.Remove(&family.Add(labels));
}

void Metrics::Observe(const std::string& histogram, const Labels& labels, double value) {
  const std::scoped_lock lock(implementation_->mutex);
  Find(implementation_->histograms, histogram)
      .Add(labels, implementation_->bounds.at(histogram))
      .Observe(value);
}

void Metrics::SetRefresh(std::function<void()> refresh) {
  implementation_->refresh = std::move(refresh);
}

std::string Metrics::Render() {
  implementation_->refresh();
  return prometheus::TextSerializer().Serialize(implementation_->registry.Collect());
}

}  // namespace paylog::telemetry
