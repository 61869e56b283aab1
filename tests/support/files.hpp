#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>

namespace zke::test {

/// The contents of a file below tests/.
inline std::string read_file(const std::string& name) {
  const auto path = std::string(TESTS_DIR "/") + name;
  std::ifstream file(path);
  if (!file) {
    throw std::runtime_error("cannot read " + path);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The expected text in a file below tests/. With UPDATE_GOLDEN set (make golden) the file becomes
/// `actual` first.
inline std::string golden(const std::string& name, const std::string& actual) {
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    const auto path = std::filesystem::path(TESTS_DIR) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << actual;
  }
  return read_file(name);
}

/// The first line in which the two texts differ, with its number; empty when they are equal.
/// Shorter in a report than the texts.
inline std::string first_difference(const std::string& expected, const std::string& actual) {
  std::istringstream left(expected);
  std::istringstream right(actual);
  for (int number = 1; expected != actual; ++number) {
    std::string left_line;
    std::string right_line;
    const bool has_left = static_cast<bool>(std::getline(left, left_line));
    const bool has_right = static_cast<bool>(std::getline(right, right_line));
    if (left_line != right_line || !has_left || !has_right) {
      return std::to_string(number) + ": expected \"" + left_line + "\", is \"" + right_line + "\"";
    }
  }
  return {};
}

}  // namespace zke::test
