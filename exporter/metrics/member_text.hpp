#pragma once

#include "judge/member_sample.hpp"
#include "metrics/family_text.hpp"
#include "metrics/mntr_meaning.hpp"

namespace zke {

/// Writes what samples say. Remembers what the keys of their figures mean.
class MemberText {
 public:
  /// Everything that the sample says. What it does not know has no line.
  void write(const MemberSample& sample, FamilyText& to);

 private:
  MntrMeanings meanings_;
};

}  // namespace zke
