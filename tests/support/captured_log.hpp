#pragma once

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

#include "support/folder.hpp"

namespace zke::test {

/// What is logged while this lives, kept from stderr.
class CapturedLog {
 public:
  CapturedLog() : stderr_(dup(STDERR_FILENO)) {
    std::fflush(stderr);
    auto* const file = std::fopen((folder_ / "log").c_str(), "w");
    dup2(fileno(file), STDERR_FILENO);
    std::fclose(file);
  }
  ~CapturedLog() {
    dup2(stderr_, STDERR_FILENO);
    close(stderr_);
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  CapturedLog(CapturedLog&&) = delete;
  CapturedLog& operator=(CapturedLog&&) = delete;

  std::string text() const {
    std::ifstream file(folder_ / "log");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// How often it holds `what`.
  std::size_t count(const std::string& what) const {
    const auto all = text();
    std::size_t n = 0;
    for (auto at = all.find(what); at != std::string::npos; at = all.find(what, at + 1)) {
      ++n;
    }
    return n;
  }

 private:
  Folder folder_;
  int stderr_;
};

}  // namespace zke::test
