#include "metrics/family_text.hpp"

#include "base/text.hpp"
#include "metrics/text.hpp"

namespace zke {

void FamilyText::start(std::string_view common_labels) {
  common_labels_ = common_labels;
  lines_.clear();
  pieces_.clear();
  own_families_.clear();
  family_ = nullptr;
}

void FamilyText::add(double value, std::initializer_list<Label> labels) {
  labels_.clear();
  for (const auto& [name, text] : labels) {
    labels_ += labels_.empty() ? "" : ",";
    append_label(labels_, name, text);
  }
  add_line(value, labels_);
}

void FamilyText::add_line(std::string_view suffix, std::string_view labels,
                          std::string_view last_label, double value) {
  if (pieces_.empty() || pieces_.back().family != family_) {
    pieces_.push_back({family_, 0});
  }
  lines_ += family_->name;
  lines_ += suffix;
  auto separator = '{';
  for (const auto part : {std::string_view(common_labels_), labels, last_label}) {
    if (!part.empty()) {
      lines_ += std::exchange(separator, ',');
      lines_ += part;
    }
  }
  lines_ += separator == ',' ? "} " : " ";
  append_double(lines_, value);
  lines_ += '\n';
  pieces_.back().end = static_cast<std::uint32_t>(lines_.size());
}

}  // namespace zke
