#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zke {

/// Builds a record in jute, the encoding of ZooKeeper's client protocol: numbers big endian, texts
/// and lists after their length, with -1 for none (zookeeper-jute, BinaryOutputArchive).
class JuteWriter {
 public:
  JuteWriter& add_bool(bool value);
  JuteWriter& add_int(std::int32_t value);
  JuteWriter& add_long(std::int64_t value);
  JuteWriter& add_text(std::string_view text);
  JuteWriter& add_record(std::string_view bytes);  ///< in jute already

  const std::string& bytes() const { return bytes_; }

  /// The record with its length before it: a frame, as it is sent.
  std::string frame() const;

 private:
  std::string bytes_;
};

/// Reads a record from somebody who may send anything. What is missing or can't be true is 0 or
/// empty, and is_good() false from then on. Memory is bounded by the record's own size.
class JuteReader {
 public:
  /// `bytes` must outlive it.
  explicit JuteReader(std::string_view bytes) : rest_(bytes) {}

  bool read_bool();
  std::int32_t read_int();
  std::int64_t read_long();
  std::string read_text();
  std::vector<std::string> read_texts();

  bool is_good() const { return is_good_; }
  bool is_at_end() const { return rest_.empty(); }

 private:
  std::string_view take(std::size_t size);

  std::string_view rest_;
  bool is_good_ = true;
};

}  // namespace zke
