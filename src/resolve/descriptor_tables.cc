#include "resolve/descriptor_tables.h"

namespace sysray::resolve {

DescriptorTables::Table& DescriptorTables::table(Tid tid) {
  auto& slot = tables_[number(tid)];
  if (!slot) slot = std::make_shared<Table>();
  return *slot;
}

DescriptorTables::Table* DescriptorTables::known(Tid tid) {
  if (last_ != nullptr && last_tid_ == tid) return last_;
  auto own = tables_.find(number(tid));
  if (own == tables_.end()) return nullptr;
  last_tid_ = tid;
  return last_ = own->second.get();
}

DescriptorEntry* DescriptorTables::find(Tid tid, int fd) {
  Table* own = known(tid);
  if (own == nullptr) return nullptr;
  auto entry = own->entries.find(fd);
  return entry == own->entries.end() ? nullptr : &entry->second;
}

DescriptorEntry& DescriptorTables::make(Tid tid, int fd) {
  auto& own = table(tid).entries;
  if (own.size() >= max_entries) own.clear();
  DescriptorEntry& entry = own[fd];
  entry = {};
  entry.made = ++now_;
  return entry;
}

void DescriptorTables::begin_closing(Tid tid, int first, int last) { closing_[number(tid)] = {first, last, now_}; }

void DescriptorTables::finish_closing(Tid tid, bool success) {
  auto pending = closing_.find(number(tid));
  if (pending == closing_.end()) return;
  const Closing closing = pending->second;
  closing_.erase(pending);
  auto own = tables_.find(number(tid));
  if (!success || own == tables_.end()) return;
  auto& entries = own->second->entries;
  if (closing.first == closing.last) {
    auto entry = entries.find(closing.first);
    if (entry != entries.end() && entry->second.made <= closing.since) entries.erase(entry);
    return;
  }
  std::erase_if(entries, [&](const auto& one) {
    return one.first >= closing.first && one.first <= closing.last && one.second.made <= closing.since;
  });
}

void DescriptorTables::began(Tid tid, Tid creator, Sharing sharing) {
  forget_last();
  auto from = tables_.find(number(creator));
  if (from == tables_.end()) return;
  const std::shared_ptr<Table> parent = from->second;
  tables_[number(tid)] = sharing == Sharing::shared ? parent : std::make_shared<Table>(*parent);
  if (sharing != Sharing::copied) parent->untold = tables_[number(tid)]->untold = true;
}

void DescriptorTables::ended(Tid tid) {
  forget_last();
  tables_.erase(number(tid));
  closing_.erase(number(tid));
}

void DescriptorTables::unshare(Tid tid) {
  forget_last();
  auto own = tables_.find(number(tid));
  if (own != tables_.end() && own->second.use_count() > 1) own->second = std::make_shared<Table>(*own->second);
}

void DescriptorTables::reset(Tid tid) {
  forget_last();
  closing_.erase(number(tid));
  auto own = tables_.find(number(tid));
  if (own == tables_.end()) return;
  auto fresh = std::make_shared<Table>();
  fresh->followed = own->second->followed;
  fresh->untold = own->second->untold;
  own->second = std::move(fresh);
}

bool DescriptorTables::tells_all(Tid tid) {
  const Table* own = known(tid);
  return own != nullptr && own->followed && !own->untold;
}

void DescriptorTables::superseded(Tid tid, Tid former) {
  reset(tid);
  reset(former);
}

}  // namespace sysray::resolve
