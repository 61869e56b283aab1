#include "config/file_watch.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "support/reloading.hpp"

using namespace zke;
using namespace zke::test;

namespace fs = std::filesystem;

TEST_CASE("a file is taken again however it is changed", "[config]") {
  const Folder folder;
  const auto file = folder / "exporter.yml";

  SECTION("written in place") {
    write(file, text_with("info"));
    Reloading exporter(file);
    exporter.watch();
    write(file, text_with("warn"));
    CHECK(exporter.wait_for(log::Level::kWarn));
  }
  SECTION("replaced by another of its name, as most editors do, twice") {
    write(file, text_with("info"));
    Reloading exporter(file);
    exporter.watch();
    replace(file, text_with("warn"));
    CHECK(exporter.wait_for(log::Level::kWarn));
    replace(file, text_with("debug"));
    CHECK(exporter.wait_for(log::Level::kDebug));
    write(file, text_with("error"));  // the new one is watched as the first was
    CHECK(exporter.wait_for(log::Level::kError));
  }
  SECTION("moved away, and another one made") {
    write(file, text_with("info"));
    Reloading exporter(file);
    exporter.watch();
    fs::rename(file, folder / "exporter.yml~");
    write(file, text_with("warn"));
    CHECK(exporter.wait_for(log::Level::kWarn));
  }
  SECTION("by the link swap of a ConfigMap, again and again") {
    const auto publish = [&](const std::string& revision, const std::string& level) {
      fs::create_directory(folder / revision);
      write(folder / (revision + "/exporter.yml"), text_with(level));
      fs::create_symlink(revision, folder / "..data_tmp");
      fs::rename(folder / "..data_tmp", folder / "..data");
    };
    publish("..1", "info");
    fs::create_symlink("..data/exporter.yml", file);
    Reloading exporter(file);
    exporter.watch();
    publish("..2", "warn");
    fs::remove_all(folder / "..1");
    CHECK(exporter.wait_for(log::Level::kWarn));
    publish("..3", "debug");
    fs::remove_all(folder / "..2");
    CHECK(exporter.wait_for(log::Level::kDebug));
  }
  SECTION("behind a link to a file of another folder") {
    const Folder other;
    write(other / "real.yml", text_with("info"));
    fs::create_symlink(other / "real.yml", file);
    Reloading exporter(file);
    exporter.watch();
    replace(other / "real.yml", text_with("warn"));
    CHECK(exporter.wait_for(log::Level::kWarn));
  }
  SECTION("by a folder above it that is another link now, as releases are switched") {
    for (const std::string release : {"1", "2"}) {
      fs::create_directory(folder / release);
    }
    write(folder / "1/exporter.yml", text_with("info"));
    write(folder / "2/exporter.yml", text_with("warn"));
    fs::create_directory_symlink("1", folder / "current");
    Reloading exporter(folder / "current/exporter.yml");
    exporter.watch();
    fs::create_directory_symlink("2", folder / "next");
    fs::rename(folder / "next", folder / "current");
    CHECK(exporter.wait_for(log::Level::kWarn));
  }
  SECTION("by its permissions alone nothing changes") {
    write(file, text_with("info"));
    Reloading exporter(file);
    exporter.watch();
    fs::permissions(file, fs::perms::owner_read);
    write(folder / "other.yml", "");
    replace(file, text_with("info"));
    exporter.run_some();
    CHECK(exporter.taken.empty());
  }
}

TEST_CASE("half a file is not taken while somebody writes it", "[config]") {
  const Folder folder;
  const auto file = folder / "exporter.yml";
  const auto other_file = folder / "other.yml";
  write(file, text_with("info"));
  write(other_file, text_with("info"));
  Reloading exporter(file);
  exporter.watch();
  Reloading witness(other_file);  // takes what was written after the half
  witness.watch();
  const auto wait_for_witness = [&](const std::string& level, log::Level wanted) {
    write(other_file, text_with(level));
    return wait_until(witness.io, [&] {
      exporter.io.restart();
      exporter.io.poll();
      return witness.taken.back() == wanted;
    });
  };
  witness.taken.push_back(log::Level::kInfo);

  SECTION("nor when the half is a good file") {
    std::ofstream half(file);
    half << text_with("warn") << std::flush;
    CHECK(wait_for_witness("debug", log::Level::kDebug));
    CHECK(exporter.taken.empty());
    half << "poll: {interval: 5s}\n";
    half.close();
    CHECK(exporter.wait_for(log::Level::kWarn));
    CHECK(exporter.taken.size() == 1);
  }
  SECTION("nor when somebody asks for it meanwhile") {
    std::ofstream half(file);
    half << text_with("warn") << std::flush;
    CHECK(wait_for_witness("debug", log::Level::kDebug));
    exporter.reloader->ask("test");
    CHECK(wait_for_witness("warn", log::Level::kWarn));
    half << "poll: {interval: 5s}\n";
    half.close();
    CHECK(exporter.wait_for(log::Level::kWarn));
    CHECK(exporter.takes == 1);
    CHECK(exporter.reloader->state().sha256 ==
          sha256_of(text_with("warn") + "poll: {interval: 5s}\n"));
  }
  SECTION("nor one that was emptied first, which is no mistake yet") {
    write(file, "");
    CHECK(wait_for_witness("debug", log::Level::kDebug));
    write(file, "# soon\n");
    CHECK(wait_for_witness("warn", log::Level::kWarn));
    CHECK(exporter.taken.empty());
    CHECK(exporter.told.empty());
    write(file, text_with("error"));
    CHECK(exporter.wait_for(log::Level::kError));
    CHECK(exporter.told == std::vector<std::string>{""});
  }
  SECTION("a file that is away for a moment is no mistake") {
    fs::remove(file);
    CHECK(wait_for_witness("debug", log::Level::kDebug));
    CHECK(exporter.told.empty());
    write(file, text_with("warn"));
    CHECK(exporter.wait_for(log::Level::kWarn));
    CHECK(exporter.told == std::vector<std::string>{""});
  }
}
