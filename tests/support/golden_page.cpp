#include "support/golden_page.hpp"

#include <filesystem>
#include <string_view>

#include "base/text.hpp"
#include "support/files.hpp"
#include "support/page_difference.hpp"

namespace zke::test {

namespace {

constexpr std::string_view kFrom = "from ";

std::string whole_file(const std::string& name) { return "golden/" + name + ".prom"; }

bool exists(const std::string& file) {
  return std::filesystem::exists(std::filesystem::path(TESTS_DIR) / file);
}

/// The whole page of which `page` is told in the fewest bytes.
std::string most_similar(const std::string& page) {
  const std::filesystem::path root = TESTS_DIR "/golden";
  std::string best;
  std::size_t least = std::string::npos;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const auto path = std::filesystem::relative(entry.path(), root);
    if (path.extension() != ".prom" || !path.has_parent_path()) {
      continue;
    }
    const auto name = path.parent_path() / path.stem();
    const auto size = page_difference(read_file(whole_file(name)), page).size();
    if (size < least || (size == least && name < best)) {
      best = name;
      least = size;
    }
  }
  return best;
}

/// The page that a file with a difference is about.
std::string base_of(const std::string& file) {
  const auto text = read_file(file);
  std::string_view rest = text;
  return std::string(take_line(rest).substr(kFrom.size()));
}

}  // namespace

bool is_whole_page(const std::string& name) { return exists(whole_file(name)); }

std::string golden_page(const std::string& name, const std::string& actual) {
  if (is_whole_page(name)) {
    return golden(whole_file(name), actual);
  }
  const auto file = "golden/" + name + ".diff";
  const auto base = exists(file) ? base_of(file) : most_similar(actual);
  const auto base_page = read_file(whole_file(base));
  const auto head = std::string(kFrom) + base + "\n";
  const auto text = golden(file, head + page_difference(base_page, actual));
  return apply_difference(base_page, std::string_view(text).substr(head.size()));
}

}  // namespace zke::test
