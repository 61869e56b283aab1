#include "metrics/member_text.hpp"

#include <memory>
#include <optional>
#include <variant>

#include "metrics/catalogue.hpp"
#include "metrics/mntr_walk.hpp"

namespace zke {

namespace {

/// A row that is read by what stands in it, and its family.
struct OwnRow {
  const CatalogueRow* row;
  FamilyId family;
};

std::vector<OwnRow> find_rows() {
  std::vector<OwnRow> found;
  for (RowId id = 0; id < catalogue().size(); ++id) {
    const auto& row = row_of(id);
    const bool is_of_member = row.source != Source::kEnsemble && row.source != Source::kExporter &&
                              row.source != Source::kClient &&
                              !std::holds_alternative<TlsValue>(row.reading);
    if (is_of_member && !std::holds_alternative<std::monostate>(row.reading)) {
      found.push_back({&row, family_of(id)});
    }
  }
  return found;
}

/// By name.
const std::vector<OwnRow>& own_rows() {
  static const auto rows = find_rows();
  return rows;
}

std::optional<double> find_in_conf(const InConf& bounds, const CatalogueRow& row,
                                   const MemberSample& sample) {
  if (!sample.conf) {
    const bool is_told = sample.dirs && bounds.in_dirs != nullptr;
    const auto size = is_told ? (*sample.dirs).*bounds.in_dirs : std::nullopt;
    return size ? std::optional(static_cast<double>(*size)) : std::nullopt;
  }
  const auto found = find_figure(*sample.conf, row.key, bounds.min, bounds.max).value;
  return found ? std::optional(static_cast<double>(*found)) : std::nullopt;
}

void write_row(const CatalogueRow& row, const MemberView& view, FamilyText& to) {
  if (const auto* lines = std::get_if<MemberLines>(&row.reading)) {
    (*lines)(view, to);
    return;
  }
  std::optional<double> value;
  if (const auto* read = std::get_if<MemberValue>(&row.reading)) {
    value = (*read)(view);
  } else if (const auto* bounds = std::get_if<InConf>(&row.reading)) {
    value = find_in_conf(*bounds, row, view.sample);
  }
  if (value) {
    to.add(*value / row.divisor);
  }
}

}  // namespace

void MemberText::write(const MemberSample& sample, FamilyText& to) {
  std::shared_ptr<const MntrMeaning> meaning;
  std::optional<MntrWalk> mntr;
  if (sample.figures) {
    meaning = meanings_.of(sample.figures->shape);
    mntr.emplace(*meaning, *sample.figures);
  }
  const MemberView view{sample, mntr ? &mntr->totals() : nullptr};
  for (const auto& [row, family] : own_rows()) {
    if (row->source == Source::kMntr && (mntr || !sample.srvr)) {
      continue;  // it stands in for mntr only
    }
    if (mntr) {
      mntr->write_before(family, to);
    }
    to.open(known_families()[family]);
    write_row(*row, view, to);
  }
  if (mntr) {
    mntr->write_rest(to);
  }
}

}  // namespace zke
