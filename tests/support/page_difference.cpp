#include "support/page_difference.hpp"

#include <map>
#include <stdexcept>
#include <vector>

#include "base/text.hpp"

namespace zke::test {

namespace {

std::string_view name_of(std::string_view line) {
  return line.starts_with('#') ? line : line.substr(0, line.rfind(' '));
}

/// The lines of a page, and where each is found.
struct Lines {
  explicit Lines(std::string_view page) {
    while (!page.empty()) {
      const auto line = take_line(page);
      if (!index.try_emplace(name_of(line), all.size()).second) {
        throw std::runtime_error("twice on a page: " + std::string(line));
      }
      all.push_back(line);
    }
  }

  bool has_ahead(std::string_view name, std::size_t from) const {
    const auto found = index.find(name);
    return found != index.end() && found->second >= from;
  }

  std::vector<std::string_view> all;
  std::map<std::string_view, std::size_t> index;
};

void add(std::string& text, std::string_view mark, std::string_view line) {
  text.append(mark).append(line).append("\n");
}

}  // namespace

std::string page_difference(const std::string& base, const std::string& page) {
  const Lines old(base);
  const Lines wanted(page);
  std::string difference;
  std::string_view unnamed;  // the line before, if a reader of the difference has not met it
  std::size_t at = 0;
  for (std::size_t i = 0; i < wanted.all.size(); ++i) {
    const auto line = wanted.all[i];
    const auto name = name_of(line);
    if (!old.has_ahead(name, at)) {
      if (!unnamed.empty()) {
        add(difference, "  ", unnamed);
        unnamed = {};
      }
      add(difference, "+ ", line);
      continue;
    }
    // What is skipped here stands further down, or nowhere.
    for (; name_of(old.all[at]) != name; ++at) {
      add(difference, "- ", name_of(old.all[at]));
    }
    unnamed = old.all[at] == line ? name : std::string_view();
    if (unnamed.empty()) {
      add(difference, "= ", line);
    }
    ++at;
  }
  for (; at < old.all.size(); ++at) {
    add(difference, "- ", name_of(old.all[at]));
  }
  return difference;
}

std::string apply_difference(const std::string& base, std::string_view difference) {
  std::string page;
  std::string_view rest = base;
  while (!difference.empty()) {
    const auto line = take_line(difference);
    const auto mark = line.substr(0, 2);
    const auto text = line.substr(2);
    if (mark == "+ ") {
      add(page, "", text);
      continue;
    }
    const auto name = mark == "= " ? name_of(text) : text;
    auto found = take_line(rest);
    for (; name_of(found) != name; found = take_line(rest)) {
      if (rest.empty()) {
        throw std::runtime_error("not in the page that it differs from: " + std::string(line));
      }
      add(page, "", found);
    }
    if (mark != "- ") {
      add(page, "", mark == "= " ? text : found);
    }
  }
  return page.append(rest);
}

}  // namespace zke::test
