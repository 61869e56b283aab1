#include "metrics/exposition.hpp"

#include <utility>

#include "metrics/text.hpp"

namespace zke {

namespace {

using prometheus::MetricFamily;

constexpr std::size_t kManyHeaders = 2000;  // servers may make up names for ever

}  // namespace

void Exposition::put(const std::string& source, const std::vector<MetricFamily>& families,
                     const std::vector<prometheus::ClientMetric::Label>& common_labels) {
  std::string labels;
  for (const auto& label : common_labels) {
    labels += labels.empty() ? "" : ",";
    append_label(labels, label.name, label.value);
  }
  auto& kept = sources_[source];
  kept.pieces.clear();
  kept.pieces.reserve(families.size());
  scratch_.clear();
  auto header = headers_.begin();
  for (const auto& family : families) {
    append_samples(scratch_, family, labels);
    while (header != headers_.end() && header->first < family.name) {
      ++header;
    }
    if (header == headers_.end() || header->first != family.name) {
      auto text = std::make_shared<std::string>();
      append_header(*text, family);
      header = headers_.emplace_hint(header, family.name, std::move(text));
    }
    kept.pieces.push_back({header->second, static_cast<std::uint32_t>(scratch_.size())});
  }
  const auto capacity = kept.lines.capacity();
  if (capacity < scratch_.size() || capacity / 2 > scratch_.size()) {
    kept.lines = std::string(scratch_);  // just as large as it must be
  } else {
    kept.lines.assign(scratch_);
  }
  drop_unused_headers();
}

void Exposition::drop_unused_headers() {
  if (headers_.size() > kManyHeaders) {
    std::erase_if(headers_, [](const auto& entry) { return entry.second.use_count() == 1; });
  }
}

std::string Exposition::text(const std::vector<MetricFamily>& extra) const {
  struct Cursor {
    const Source* source;
    std::size_t piece = 0;
    std::uint32_t begin = 0;
  };
  std::vector<Cursor> cursors;
  std::size_t size = 0;
  for (const auto& [name, source] : sources_) {
    cursors.push_back({&source});
    size += source.lines.size();
  }
  std::string text;
  text.reserve(size + (96 << 10));
  auto next_extra = extra.begin();
  const auto append_extra_before = [&](std::string_view name) {
    for (; next_extra != extra.end() && next_extra->name < name; ++next_extra) {
      append_header(text, *next_extra);
      append_samples(text, *next_extra, {});
    }
  };
  for (const auto& [name, header] : headers_) {
    bool is_first = true;
    for (auto& cursor : cursors) {
      const auto& pieces = cursor.source->pieces;
      if (cursor.piece == pieces.size() || pieces[cursor.piece].header != header) {
        continue;
      }
      if (std::exchange(is_first, false)) {
        append_extra_before(name);
        text += *header;
      }
      const auto end = pieces[cursor.piece].end;
      text.append(cursor.source->lines, cursor.begin, end - cursor.begin);
      cursor.begin = end;
      ++cursor.piece;
    }
  }
  append_extra_before("~");  // after every name
  return text;
}

}  // namespace zke
