#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fourletter/figures.hpp"

namespace zke {

/// The reply to `mntr`, one key a line: `zk_znode_count\t5`. The keys differ by version and by
/// metrics provider; metrics/mntr_names.hpp gives them their meaning. Lines beyond kMaxMntrLines
/// are not read, and count as unparsed.
struct Mntr {
  /// Without the leading `zk_` of the keys. A figure below that can't be true is kNothing.
  Figures figures;
  std::string version;
  std::string server_state;
  std::string peer_state;          ///< 3.6+, quorum members
  std::string observer_master_id;  ///< 3.6+, observers
  // What is judged by, in `figures` too. Of a key that comes twice the first counts.
  std::optional<std::int64_t> quorum_size;
  std::optional<std::int64_t> synced_followers;
  std::optional<std::int64_t> synced_non_voting_followers;
  std::optional<std::int64_t> uptime;  ///< milliseconds
  std::string missing;                 ///< by find_missing_in_mntr
};

/// Takes keys (without `zk_`) and their values one by one, whatever way they came.
class MntrFields {
 public:
  /// `expected` is the shape of the member's last poll, or nullptr.
  explicit MntrFields(ShapePtr expected) : figures_(std::move(expected)) {}

  void add(std::string_view key, std::string_view value);

  /// What came besides without a key or a value.
  void add_unparsed(int count = 1) { unparsed_ += count; }

  /// All of them; nothing may be added after that.
  Mntr take(Shapes& shapes);

 private:
  Mntr mntr_;
  FigureList figures_;
  int unparsed_ = 0;
};

/// Reads the replies of one member, each once: as long as its keys stay the same, only the numbers
/// are new.
class MntrReader {
 public:
  /// `shapes` is shared by members whose replies may be alike.
  explicit MntrReader(std::shared_ptr<Shapes> shapes) : shapes_(std::move(shapes)) {}

  Mntr read(std::string_view reply);

 private:
  std::shared_ptr<Shapes> shapes_;
  ShapePtr shape_;       ///< of the last reply
  std::string version_;  ///< … its first line
  std::string missing_;  ///< … what it lacked: that follows from these two
};

bool is_mntr(std::string_view reply);

/// False when the reply was cut within a line or before the state. A true one may still be cut at a
/// line end.
bool is_whole_mntr(std::string_view reply);

}  // namespace zke
