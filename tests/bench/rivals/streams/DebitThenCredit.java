import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Transfers as somebody would write them with Kafka Streams, exactly once: the debtor's side on the
 * debtor's partition, the creditor's on the creditor's, with a topic between them, and a result. It
 * is spared what paylog does beyond that: ids are not remembered, no journal is kept, no record is
 * refused for its form.
 *
 * <p>DebitThenCredit BOOTSTRAP COMMANDS AMOUNTS PARTITIONS THREADS STATE_DIRECTORY reads
 * payments.commands, which `paylog_bench fill` filled with so many commands over so much money, and
 * prints the payments a second from the first debit until the last result is readable.
 */
public final class DebitThenCredit {
  private static final String COMMANDS = "payments.commands";
  private static final String CREDITS = "ledger.inbox";
  private static final String RESULTS = "payments.results";
  private static final String PAID = "paid";
  private static final String RECEIVED = "received";
  private static final long OPENING_BALANCE = 4_000_000_000_000L;
  private static final Duration PATIENCE = Duration.ofSeconds(600);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicLong firstDebit = new AtomicLong();
  private static volatile boolean failed = false;

  /** Takes the money from the debtor, if there is enough, and sends the transfer to the creditor. */
  private static final class Debit implements Processor<String, byte[], String, byte[]> {
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, Long> paid;

    @Override
    public void init(ProcessorContext<String, byte[]> given) {
      context = given;
      paid = given.getStateStore(PAID);
    }

    @Override
    public void process(Record<String, byte[]> command) {
      firstDebit.compareAndSet(0, System.nanoTime());
      JsonNode transfer = read(command.value());
      String debtor = transfer.get("debtor_account").asText();
      long amount = transfer.get("amount").asLong();
      long sum = orZero(paid.get(debtor)) + amount;
      if (sum > OPENING_BALANCE) {
        throw new IllegalStateException("the money does not suffice, which this workload never asks for");
      }
      paid.put(debtor, sum);
      context.forward(command.withKey(transfer.get("creditor_account").asText()));
    }
  }

  /** Gives the money to the creditor and says so. */
  private static final class Credit implements Processor<String, byte[], String, byte[]> {
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, Long> received;

    @Override
    public void init(ProcessorContext<String, byte[]> given) {
      context = given;
      received = given.getStateStore(RECEIVED);
    }

    @Override
    public void process(Record<String, byte[]> credit) {
      JsonNode transfer = read(credit.value());
      received.put(credit.key(), orZero(received.get(credit.key())) + transfer.get("amount").asLong());
      context.forward(credit.withKey(transfer.get("debtor_account").asText()));
    }
  }

  private static JsonNode read(byte[] value) {
    try {
      return JSON.readTree(value);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private static long orZero(Long value) {
    return value == null ? 0 : value;
  }

  private static StoreBuilder<KeyValueStore<String, Long>> store(String name) {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.Long())
        .withCachingEnabled();
  }

  private static Topology topology() {
    return new Topology()
        .addSource("commands", COMMANDS)
        .addProcessor("debit", Debit::new, "commands")
        .addStateStore(store(PAID), "debit")
        .addSink("to-creditors", CREDITS, "debit")
        .addSource("credits", CREDITS)
        .addProcessor("credit", Credit::new, "credits")
        .addStateStore(store(RECEIVED), "credit")
        .addSink("results", RESULTS, "credit");
  }

  private static Properties settings(String bootstrap, String threads, String directory) {
    Properties settings = new Properties();
    settings.putAll(
        Map.of(
            StreamsConfig.APPLICATION_ID_CONFIG, "debit-then-credit",
            StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2,
            StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads,
            StreamsConfig.STATE_DIR_CONFIG, directory,
            StreamsConfig.REPLICATION_FACTOR_CONFIG, "1",
            StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class,
            StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class));
    settings.putAll(
        Map.of(
            StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest",
            StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4",
            StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), "5",
            StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), "500000"));
    return settings;
  }

  private static KafkaConsumer<byte[], byte[]> resultReader(String bootstrap, int partitions) {
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "10000");
    var reader =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> all =
        IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(RESULTS, p)).toList();
    reader.assign(all);
    reader.seekToBeginning(all);
    return reader;
  }

  /** Of all values of a store, over all partitions. */
  private static long sumOf(KafkaStreams streams, String store) {
    var values =
        streams.store(
            StoreQueryParameters.fromNameAndType(
                store, QueryableStoreTypes.<String, Long>keyValueStore()));
    long sum = 0;
    try (var all = values.all()) {
      while (all.hasNext()) {
        sum += all.next().value;
      }
    }
    return sum;
  }

  private static void expect(String what, long found, long expected) {
    if (found != expected) {
      throw new IllegalStateException(what + ": " + found + " in place of " + expected);
    }
  }

  private static void readResults(KafkaConsumer<byte[], byte[]> reader, long commands) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long seen = 0;
    while (seen < commands) {
      seen += reader.poll(Duration.ofMillis(100)).count();
      if (failed || System.nanoTime() > deadline) {
        throw new IllegalStateException("only " + seen + " results of " + commands);
      }
    }
    expect("results", seen, commands);
  }

  public static void main(String[] arguments) {
    long commands = Long.parseLong(arguments[1]);
    long amounts = Long.parseLong(arguments[2]);
    try (var reader = resultReader(arguments[0], Integer.parseInt(arguments[3]));
        var streams =
            new KafkaStreams(topology(), settings(arguments[0], arguments[4], arguments[5]))) {
      streams.setUncaughtExceptionHandler(
          error -> {
            error.printStackTrace();
            failed = true;
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
          });
      streams.start();
      readResults(reader, commands);
      double seconds =
          (double) (System.nanoTime() - firstDebit.get()) / TimeUnit.SECONDS.toNanos(1);
      expect("money paid", sumOf(streams, PAID), amounts);
      expect("money received", sumOf(streams, RECEIVED), amounts);
      System.out.println(commands / seconds);
    }
  }
}
