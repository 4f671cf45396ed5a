#include "paylog/ledger/stage/ledger_stage.h"
#include "paylog/service/service_main.h"

int main(int argc, char** argv) {
  using namespace paylog;
  return service::ServiceMain(
      argc, argv,
      {.name = "paylog-ledger",
       .stage = "ledger",
       .purpose = "The books: decides what the validator accepted, on a log on Kafka",
       .input_partitions = &paylog::runtime::PartitionCounts::inbox,
       .keeps_snapshots = true,
       .can_stand_by = true,
       .make_stage = [](log::Log& log, const service::StageSetup& setup,
                        runtime::Counters& counters) {
         return ledger::MakeLedgerStage(log,
                                        {.counts = setup.counts,
                                         .snapshot_directory = setup.snapshot_directory,
                                         .snapshot_events = setup.snapshot_events,
                                         .batch_records_max = setup.batch_records_max,
                                         .warn = setup.warn,
                                         .observer = setup.observer,
                                         .standby = setup.standby,
                                         .partitions_stop_alone = true},
                                        counters);
       }});
}
