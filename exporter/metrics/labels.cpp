#include "metrics/labels.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "base/text.hpp"

namespace zke {

namespace {

constexpr std::size_t kMaxLabelValue = 128;
constexpr std::size_t kMaxLabelName = 64;
constexpr std::size_t kMaxLabelText = 16 << 10U;  // of all labels of a key
constexpr std::size_t kMaxMetricName = 200;
constexpr std::size_t kHash = 24;  // room for a hash and what stands before it

std::string hash_of(std::string_view text) {
  std::array<char, 20> hash{};
  const auto done =
      std::to_chars(hash.begin(), hash.end(), std::hash<std::string_view>()(text), 16);
  return {hash.begin(), done.ptr};
}

void append_name(std::string& to, std::string_view text) {
  for (const char c : text) {
    const bool is_right =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    to += is_right ? c : '_';
  }
}

std::string label_name(std::string_view text) {
  const bool is_taken = text == "ensemble" || text == "member" || text.starts_with("__");
  const bool is_digit = text[0] >= '0' && text[0] <= '9';
  std::string name = is_taken ? "exported_" : is_digit ? "_" : "";
  append_name(name, text);
  return name.starts_with("__") ? "exported_" + name : name;
}

/// The `a` of `a="`, with which `text` begins, or nothing.
std::string_view name_at(std::string_view text, std::span<const std::string_view> names) {
  const auto name = text.substr(0, text.substr(0, kMaxLabelName + 1).find('='));
  if (name.empty() || name.size() > kMaxLabelName || !text.substr(name.size()).starts_with("=\"")) {
    return {};
  }
  const bool is_right = names.empty() ? name.find_first_of("\",{}") == std::string_view::npos
                                      : std::ranges::find(names, name) != names.end();
  return is_right ? name : std::string_view();
}

}  // namespace

std::optional<LabelViews> split_labels(std::string_view labels,
                                       std::span<const std::string_view> names) {
  struct Start {
    std::string_view name;
    std::size_t before;  ///< where the value before it ends
    std::size_t value;
  };
  constexpr std::string_view kEnd = "\",";
  labels.remove_suffix(labels.ends_with(kEnd) ? 1 : 0);
  if (labels.size() > kMaxLabelText) {
    return std::nullopt;
  }
  const auto first = name_at(labels, names);
  std::vector<Start> starts;
  starts.reserve(2);
  starts.push_back({first, 0, first.size() + 2});
  auto at = first.empty() ? std::string_view::npos : labels.find(kEnd, first.size() + 2);
  for (; at != std::string_view::npos; at = labels.find(kEnd, at + 1)) {
    const auto blank = labels.substr(at + kEnd.size()).starts_with(' ') ? 1U : 0U;
    const auto begin = at + kEnd.size() + blank;
    const auto name = name_at(labels.substr(begin), names);
    if (name.empty() || name == first) {
      continue;
    }
    std::erase_if(starts, [name](const Start& start) { return start.name == name; });
    starts.push_back({name, at, begin + name.size() + 2});
    if (starts.size() > kMaxLabels) {
      return std::nullopt;
    }
  }
  if (first.empty()) {
    return std::nullopt;
  }
  LabelViews found;
  found.reserve(starts.size());
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const auto last = labels.size() - (labels.ends_with('"') ? 1 : 0);
    const auto end = i + 1 < starts.size() ? starts[i + 1].before : last;
    const auto value = starts[i].value;
    found.emplace_back(starts[i].name, labels.substr(value, std::max(end, value) - value));
  }
  return found;
}

Labels clean_labels(const LabelViews& labels) {
  Labels clean;
  for (const auto& [name, value] : labels) {
    auto valid = label_name(name);
    const bool is_there =
        std::ranges::find(clean, valid, &prometheus::ClientMetric::Label::name) != clean.end();
    if (!value.empty() && !is_there) {
      clean.push_back({std::move(valid), label_value(value)});
    }
  }
  std::ranges::sort(clean, {}, &prometheus::ClientMetric::Label::name);
  return clean;
}

std::string label_value(std::string_view text) {
  if (text.size() <= kMaxLabelValue) {
    if (auto clean = printable(text, kMaxLabelValue); clean == text) {
      return clean;
    }
  }
  constexpr auto kKept = kMaxLabelValue - kHash;
  return printable(text.substr(0, kKept), kKept) + "...#" + hash_of(text);
}

std::string metric_name(std::string_view key) {
  std::string name = "zookeeper_";
  const auto room = kMaxMetricName - name.size();
  if (key.size() <= room) {
    append_name(name, key);
  } else {
    append_name(name, key.substr(0, room - kHash));
    name += "_" + hash_of(key);
  }
  return name;
}

}  // namespace zke
