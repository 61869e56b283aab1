#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fourletter/commands.hpp"

/// Replies that no ZooKeeper gives, and what must hold whatever a server says.
namespace zke::test {

/// What one member says to each command.
using Words = PerCommand<std::string>;

/// The replies of a captured server.
Words captured_words(const std::string& capture);

/// Reads, judges and renders a member that says this, beside two healthy ones, as a poll would; and
/// checks that all figures are bounded and that no series comes twice. Gives the lines of /metrics.
std::string digest(const Words& words);

/// A replacement for a number: beyond what it can be, no number at all, or at the edge.
std::vector<std::string> hostile_numbers();

/// Numbers that look random, the same in every run.
class Dice {
 public:
  std::size_t roll(std::size_t sides) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>(state_ >> 33U) % sides;
  }

 private:
  std::uint64_t state_ = 8;
};

}  // namespace zke::test
