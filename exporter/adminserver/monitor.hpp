#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "fourletter/mntr.hpp"

namespace zke {

/// Reads the answers to `monitor` of one member. They hold the keys of `mntr` in the same order,
/// without `zk_`, so that both have one shape. A JSON document has an end: `missing` stays empty.
///   {"version" : "3.9.3-…", "server_state" : "leader", "znode_count" : 155,
///    "readlatency{quantile=\"0.5\"}" : "NaN", …, "command" : "monitor", "error" : null}
class MonitorReader {
 public:
  /// `shapes` is shared by members whose answers may be alike.
  explicit MonitorReader(std::shared_ptr<Shapes> shapes) : shapes_(std::move(shapes)) {}

  Mntr read(std::string_view json);

 private:
  std::shared_ptr<Shapes> shapes_;
  ShapePtr shape_;  ///< of the last answer
};

}  // namespace zke
