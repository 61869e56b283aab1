#include "metrics/client_text.hpp"

#include <variant>

#include "metrics/catalogue.hpp"

namespace zke {

void write_client(const ClientView& client, FamilyText& to) {
  for (RowId id = 0; id < catalogue().size(); ++id) {
    if (const auto* lines = std::get_if<ClientLines>(&row_of(id).reading)) {
      to.open(known_families()[family_of(id)]);
      (*lines)(client, to);
    }
  }
}

}  // namespace zke
