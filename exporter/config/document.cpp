#include "config/document.hpp"

#include <string_view>

#include "config/table.hpp"

namespace zke {

namespace {

constexpr std::string_view kBegin =
    "<!-- Generated from exporter/config/table.cpp by `make golden`; do not edit. -->\n";
constexpr std::string_view kEnd = "<!-- The end of what is generated. -->\n";

std::string code(std::string_view text) {
  return text.empty() ? std::string() : "`" + std::string(text) + "`";
}

std::string row_of(const Setting& setting) {
  const auto value = setting.placeholder.empty() ? "–" : code(setting.placeholder);
  return "| " + code("--" + std::string(setting.flag)) + " | " +
         (setting.key.empty() ? "–" : code(setting.key)) + " | " + value +
         (setting.is_list ? ", several" : "") + " | " + code(setting.otherwise.value) +
         std::string(setting.otherwise.more) + " | " + std::string(setting.help) + " | " +
         std::string(setting.bounds) + " |\n";
}

}  // namespace

std::string with_settings_table(const std::string& page) {
  const auto begin = page.find(kBegin);
  const auto end = page.find(kEnd);
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    return page;
  }
  std::string table =
      "| Flag | Key in the file | Value | Default | Meaning | Bounds "
      "|\n|---|---|---|---|---|---|\n";
  for (const auto& setting : settings_table()) {
    table += row_of(setting);
  }
  const auto from = begin + kBegin.size();
  return page.substr(0, from) + "\n" + table + "\n" + page.substr(end);
}

}  // namespace zke
