#include "base/signals.hpp"

#include <csignal>

namespace zke {

void hold_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace zke
