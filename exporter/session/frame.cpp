#include "session/frame.hpp"

#include <cstddef>

#include "session/jute.hpp"

namespace zke {

namespace asio = boost::asio;

asio::awaitable<FrameEnd> read_frame(Connection& connection, std::string& frame) {
  constexpr std::size_t kLengthSize = 4;
  constexpr std::int32_t kMaxFrame = 1 << 20;
  FrameEnd end;
  auto read = co_await connection.read_exactly(frame, kLengthSize);
  if (read.end == Transfer::End::kDone) {
    const auto length = JuteReader(frame).read_int();
    if (length <= 0 || length > kMaxFrame) {
      end.code = Code::kError;
      end.why = kNoProtocol;
      co_return end;
    }
    read = co_await connection.read_exactly(frame, static_cast<std::size_t>(length));
  }
  if (read.end == Transfer::End::kLate) {
    end.code = Code::kTimeout;
    end.why = "the server keeps silent";
  } else if (read.end != Transfer::End::kDone) {
    end.code = Code::kConnectionLoss;
    end.why = read.why;
  }
  co_return end;
}

}  // namespace zke
