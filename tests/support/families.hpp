#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "metrics/ensemble_text.hpp"
#include "metrics/exposition.hpp"
#include "metrics/member_text.hpp"
#include "support/mntr.hpp"

namespace zke::test {

/// The first row called `name`, or nullptr.
inline const CatalogueRow* find_row(std::string_view name) {
  const auto found = std::ranges::find(catalogue(), name, &CatalogueRow::name);
  return found == catalogue().end() ? nullptr : &*found;
}

/// A family as the page has it.
struct PageFamily {
  std::string name;
  std::string help;
  std::string type;
  std::vector<std::string> lines;  ///< without HELP and TYPE
};

using FamilyList = std::vector<PageFamily>;

inline FamilyList families_on(std::string_view page) {
  FamilyList families;
  while (!page.empty()) {
    auto line = take_line(page);
    if (line.starts_with("# HELP ")) {
      line.remove_prefix(7);
      families.emplace_back().name = take_until(line, ' ');
      families.back().help = line;
    } else if (line.starts_with("# TYPE ")) {
      families.back().type = line.substr(line.rfind(' ') + 1);
    } else {
      families.back().lines.emplace_back(line);
    }
  }
  return families;
}

/// What a source says that has no labels of its own.
inline FamilyList rendered(const std::function<void(FamilyText&)>& write) {
  Exposition exposition;
  exposition.put("source", {}, write);
  return families_on(exposition.text({}));
}

inline FamilyList member_families(const MemberSample& sample) {
  MemberText text;
  return rendered([&](FamilyText& to) { text.write(sample, to); });
}

inline FamilyList ensemble_families(const EnsembleVerdict& verdict) {
  Snapshot ensemble;
  ensemble.verdict = verdict;
  return rendered([&](FamilyText& to) { write_ensemble(ensemble, to); });
}

/// The families of a member that says this to mntr, and nothing else.
inline FamilyList mntr_families(const std::string& reply) {
  MemberSample sample;
  sample.srvr = Srvr();
  sample.figures = read_mntr(reply).figures;
  return member_families(sample);
}

inline const PageFamily* find_family(const FamilyList& families, std::string_view name) {
  const auto found = std::ranges::find(families, name, &PageFamily::name);
  return found == families.end() ? nullptr : &*found;
}

/// The lines of one family as on /metrics, without HELP and TYPE; empty when it is not there.
inline std::string lines_of(const FamilyList& families, std::string_view name) {
  std::string text;
  if (const auto* family = find_family(families, name)) {
    for (const auto& line : family->lines) {
      text += line + "\n";
    }
  }
  return text;
}

/// The number at the end of a line.
inline double value_of(std::string_view line) {
  return parse_double(line.substr(line.rfind(' ') + 1)).value();
}

/// A line without its number.
inline std::string series_of(const std::string& line) { return line.substr(0, line.rfind(' ')); }

}  // namespace zke::test
