#include "metrics/exposition.hpp"

#include <utility>

#include "metrics/text.hpp"

namespace zke {

using prometheus::MetricFamily;

void Exposition::put(const std::string& source,
                     std::initializer_list<FamilyText::Label> common_labels,
                     const std::function<void(FamilyText&)>& write) {
  std::string labels;
  for (const auto& [name, value] : common_labels) {
    labels += labels.empty() ? "" : ",";
    append_label(labels, name, value);
  }
  scratch_.start(labels);
  write(scratch_);
  std::vector<Piece> pieces;
  pieces.reserve(scratch_.pieces().size());
  auto next = headers_.begin();
  for (const auto& [family, end] : scratch_.pieces()) {
    while (next != headers_.end() && next->first < family->name) {
      ++next;
    }
    if (next == headers_.end() || next->first != family->name) {
      next = headers_.emplace_hint(next, family->name, Header());
      append_header(next->second.text, family->name, family->help, family->type);
    }
    ++next->second.sources;
    pieces.push_back({next, end});
  }
  auto& kept = sources_[source];
  release(kept.pieces);
  kept.pieces = std::move(pieces);
  const auto& lines = scratch_.lines();
  const auto capacity = kept.lines.capacity();
  if (capacity < lines.size() || capacity / 2 > lines.size()) {
    kept.lines = std::string(lines);  // just as large as it must be
  } else {
    kept.lines.assign(lines);
  }
}

void Exposition::erase(const std::string& source) {
  const auto found = sources_.find(source);
  if (found != sources_.end()) {
    release(found->second.pieces);
    sources_.erase(found);
  }
}

void Exposition::release(const std::vector<Piece>& pieces) {
  for (const auto& piece : pieces) {
    if (--piece.header->second.sources == 0) {
      headers_.erase(piece.header);
    }
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
      append_header(text, next_extra->name, next_extra->help, next_extra->type);
      append_samples(text, *next_extra, {});
    }
  };
  for (auto header = headers_.begin(); header != headers_.end(); ++header) {
    bool is_first = true;
    for (auto& cursor : cursors) {
      const auto& pieces = cursor.source->pieces;
      if (cursor.piece == pieces.size() || pieces[cursor.piece].header != header) {
        continue;
      }
      if (std::exchange(is_first, false)) {
        append_extra_before(header->first);
        text += header->second.text;
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
