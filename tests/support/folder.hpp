#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace zke::test {

/// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "zke-test-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

/// As most editors do: by a rename.
inline void replace(const std::filesystem::path& path, const std::string& text) {
  write(path.string() + "~", text);
  std::filesystem::rename(path.string() + "~", path);
}

}  // namespace zke::test
