#include "net/http_answer.hpp"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace zke {

namespace http = boost::beast::http;

Result<HttpAnswer> read_http_answer(const std::string& text, std::size_t max_body) {
  if (text.empty()) {
    return Error(Reason::kClosedWithoutAnswer, "closed without an answer");
  }
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.body_limit(max_body);
  boost::beast::error_code ec;
  std::size_t used = 0;
  while (!ec && !parser.is_done() && used < text.size()) {
    used += parser.put(boost::asio::buffer(text) + used, ec);
  }
  if (!ec || ec == http::error::need_more) {
    ec = {};
    parser.put_eof(ec);
  }
  if (ec == http::error::partial_message) {
    return Error(Reason::kTruncated, "the answer is cut");
  }
  if (ec == http::error::body_limit) {
    return Error(Reason::kTooLarge,
                 "the answer is longer than " + std::to_string(max_body) + " bytes");
  }
  if (ec) {
    return Error(Reason::kMalformed, "the answer is no HTTP: " + ec.message());
  }
  auto message = parser.release();
  HttpAnswer answer;
  answer.status = message.result_int();
  answer.location = std::string(message[http::field::location]);
  answer.body = std::move(message.body());
  return answer;
}

}  // namespace zke
