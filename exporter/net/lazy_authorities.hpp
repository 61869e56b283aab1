#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "net/openssl.hpp"

namespace zke {

/// Many authorities, of which few will ever be asked for, like the system's: only their names are
/// read in advance. The rest, the keys above all, takes ten times as long.
class LazyAuthorities {
 public:
  /// Those of a text in PEM. What no certificate of the text has is not there, as with others.
  explicit LazyAuthorities(const std::string& pem);

  std::size_t size() const { return authorities_.size(); }

  /// Whether the text was read to its end.
  bool is_whole() const { return is_whole_; }

  /// Has `context` believe them; it must not outlive this.
  void serve(SSL_CTX* context);

 private:
  struct Authority {
    OpensslPtr<X509_NAME> name;
    std::vector<unsigned char> der;  ///< empty once it is in the store
  };

  static int verify(X509_STORE_CTX* chain, void* self);
  void add_issuers(X509_STORE* store, const X509* certificate);

  std::vector<Authority> authorities_;
  bool is_whole_ = false;
};

}  // namespace zke
