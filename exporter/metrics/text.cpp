#include "metrics/text.hpp"

#include "base/text.hpp"

namespace zke {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

void append_escaped(std::string& to, std::string_view text, bool also_quotes) {
  if (text.find_first_of("\\\n\"") == std::string_view::npos) {
    to += text;
    return;
  }
  for (const char c : text) {
    if (c == '\\') {
      to += "\\\\";
    } else if (c == '\n') {
      to += "\\n";
    } else if (c == '"' && also_quotes) {
      to += "\\\"";
    } else {
      to += c;
    }
  }
}

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Summary:
      return "summary";
    case MetricType::Histogram:
      return "histogram";
    case MetricType::Untyped:
      break;
  }
  return "untyped";
}

/// Writes one metric's lines, which differ in the name's suffix and in one last label.
class Lines {
 public:
  Lines(std::string& to, std::string_view name, std::string_view common_labels,
        const ClientMetric& metric)
      : to_(to), name_(name), labels_(common_labels) {
    if (metric.label.empty()) {
      return;
    }
    all_labels_ = common_labels;
    for (const auto& label : metric.label) {
      all_labels_ += all_labels_.empty() ? "" : ",";
      append_label(all_labels_, label.name, label.value);
    }
    labels_ = all_labels_;
  }

  void add(std::string_view suffix, double value) { add_labelled(suffix, {}, value); }

  /// `last_label` is `quantile="0.5"` or `le="10"`, or empty.
  void add_labelled(std::string_view suffix, std::string_view last_label, double value) {
    to_ += name_;
    to_ += suffix;
    if (!labels_.empty() || !last_label.empty()) {
      to_ += '{';
      to_ += labels_;
      to_ += labels_.empty() || last_label.empty() ? "" : ",";
      to_ += last_label;
      to_ += '}';
    }
    to_ += ' ';
    append_double(to_, value);
    to_ += '\n';
  }

 private:
  std::string& to_;
  std::string_view name_;
  std::string all_labels_;
  std::string_view labels_;
};

std::string bound(std::string_view label, double value) {
  std::string text(label);
  text += "=\"";
  append_double(text, value);
  text += '"';
  return text;
}

void append_summary(Lines& lines, const ClientMetric::Summary& summary) {
  for (const auto& quantile : summary.quantile) {
    lines.add_labelled("", bound("quantile", quantile.quantile), quantile.value);
  }
  lines.add("_sum", summary.sample_sum);
  lines.add("_count", static_cast<double>(summary.sample_count));
}

void append_histogram(Lines& lines, const ClientMetric::Histogram& histogram) {
  for (const auto& bucket : histogram.bucket) {
    lines.add_labelled("_bucket", bound("le", bucket.upper_bound),
                       static_cast<double>(bucket.cumulative_count));
  }
  lines.add("_sum", histogram.sample_sum);
  lines.add("_count", static_cast<double>(histogram.sample_count));
}

}  // namespace

void append_label(std::string& to, std::string_view name, std::string_view value) {
  to += name;
  to += "=\"";
  append_escaped(to, value, true);
  to += '"';
}

void append_header(std::string& to, std::string_view name, std::string_view help, MetricType type) {
  to += "# HELP ";
  to += name;
  to += ' ';
  append_escaped(to, help, false);
  to += "\n# TYPE ";
  to += name;
  to += ' ';
  to += type_name(type);
  to += '\n';
}

void append_samples(std::string& to, const prometheus::MetricFamily& family,
                    std::string_view common_labels) {
  for (const auto& metric : family.metric) {
    Lines lines(to, family.name, common_labels, metric);
    switch (family.type) {
      case MetricType::Counter:
        lines.add("", metric.counter.value);
        break;
      case MetricType::Gauge:
        lines.add("", metric.gauge.value);
        break;
      case MetricType::Untyped:
        lines.add("", metric.untyped.value);
        break;
      case MetricType::Summary:
        append_summary(lines, metric.summary);
        break;
      case MetricType::Histogram:
        append_histogram(lines, metric.histogram);
        break;
    }
  }
}

}  // namespace zke
