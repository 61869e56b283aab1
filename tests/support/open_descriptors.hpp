#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>

namespace zke::test {

/// Of this process.
inline std::size_t open_descriptors() {
  const std::filesystem::directory_iterator descriptors("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(descriptors), end(descriptors)));
}

}  // namespace zke::test
