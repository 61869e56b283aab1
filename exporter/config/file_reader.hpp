#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/background.hpp"
#include "config/file_watch.hpp"
#include "config/source.hpp"

namespace zke {

/// The configuration in use, as far as its files tell whether it is still what they hold.
struct KnownFiles {
  std::string sha256;
  std::map<std::string, std::string> secrets = {};  ///< as Configuration has them
};

/// What came of reading the configuration file.
struct FileReading {
  std::optional<WatchedPlaces> places = {};  ///< what the watcher said before, if it could be asked
  std::string sha256 = {};                   ///< empty when there is no text
  std::optional<Configuration> config = {};  ///< empty when the text is known, or wrong
  std::string mistake = {};                  ///< one line
  bool is_void = false;                      ///< it could not be read, or has nothing in it
};

/// Reads the file of a source on a thread, for that may block: one reading at a time.
class FileReader {
 public:
  FileReader(const boost::asio::any_io_executor& loop, ConfigSource source);

  /// Asks `watch`, if there is one, then reads and checks the file. A text that is `known`, with
  /// the same secrets in its files, is not parsed. What has not ended within 10 s is a mistake;
  /// the next one waits for it.
  boost::asio::awaitable<FileReading> read(Watcher watch, KnownFiles known);

 private:
  boost::asio::awaitable<void> wait(std::chrono::steady_clock::time_point deadline);

  ConfigSource source_;
  bool is_reading_ = false;
  boost::asio::steady_timer ended_;  ///< cancelled when a reading has ended
  Background background_;
};

}  // namespace zke
