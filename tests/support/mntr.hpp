#pragma once

#include <memory>
#include <string_view>

#include "fourletter/mntr.hpp"

namespace zke::test {

/// A reply on its own.
inline Mntr read_mntr(std::string_view reply) {
  return MntrReader(std::make_shared<Shapes>()).read(reply);
}

}  // namespace zke::test
