import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Opens two accounts, pays money in and transfers some of it: Payments BOOTSTRAP PREFIX. */
public final class Payments implements AutoCloseable {
  private static final String COMMANDS = "payments.commands";
  private static final String RESULTS = "payments.results";
  private static final Duration ANSWER_TIME = Duration.ofSeconds(60);

  private final ObjectMapper json = new ObjectMapper();
  private final KafkaProducer<String, String> producer;
  private final KafkaConsumer<String, String> consumer;

  Payments(String bootstrap) {
    // The defaults of a Java producer are what paylog asks for: keys lie by murmur2, acks are from
    // all replicas, and retries make no second record.
    producer =
        new KafkaProducer<>(
            Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap),
            new StringSerializer(),
            new StringSerializer());
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
                // Not the default here: results of transactions that were aborted are none.
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
            new StringDeserializer(),
            new StringDeserializer());
    // From the end of the results, before the first command is sent: nothing is missed, nothing old
    // is read. position() makes the seek happen now.
    List<TopicPartition> partitions =
        consumer.partitionsFor(RESULTS).stream()
            .map(info -> new TopicPartition(RESULTS, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
  }

  /** Sends the command and waits for its result. Sent again under the same id, it is not carried out again. */
  JsonNode submit(Map<String, Object> command) throws Exception {
    // The key is the account that the command is about; of a transfer, the one that pays.
    Object account = command.getOrDefault("debtor_account", command.get("account"));
    String value = json.writeValueAsString(command);
    producer.send(new ProducerRecord<>(COMMANDS, account.toString(), value)).get();
    return resultOf(account.toString(), command.get("command_id").toString());
  }

  private JsonNode resultOf(String account, String id) throws Exception {
    Instant deadline = Instant.now().plus(ANSWER_TIME);
    while (Instant.now().isBefore(deadline)) {
      for (var record : consumer.poll(Duration.ofMillis(500))) {
        JsonNode result = json.readTree(record.value());
        // An id is unique within its account. What else is in this poll concerns others: here, only
        // one command is under way at a time.
        if (account.equals(result.get("account").asText())
            && id.equals(result.get("command_id").asText())) {
          return result;
        }
      }
    }
    throw new TimeoutException(id + ": no result; send it again under the same id");
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
  }

  private static Map<String, Object> command(Object... namesAndValues) {
    Map<String, Object> command = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      command.put(namesAndValues[i].toString(), namesAndValues[i + 1]);
    }
    return command;
  }

  public static void main(String[] args) throws Exception {
    String alice = args[1] + "-alice";
    String bob = args[1] + "-bob";
    var commands =
        List.of(
            command("type", "open_account", "command_id", "o-1", "account", alice, "currency", "EUR"),
            command("type", "open_account", "command_id", "o-2", "account", bob, "currency", "EUR"),
            command("type", "deposit", "command_id", "d-1", "account", alice,
                "amount", 10_000, "currency", "EUR"),
            command("type", "transfer", "command_id", "t-1", "debtor_account", alice,
                "creditor_account", bob, "amount", 1_250, "currency", "EUR", "reference", "invoice 7"));
    try (Payments payments = new Payments(args[0])) {
      // Each is answered before the next is sent: an account must have been answered as opened
      // before it is paid into.
      for (var command : commands) {
        JsonNode result = payments.submit(command);
        System.out.printf("%s %s %s%n", result.get("command_id").asText(),
            result.get("status").asText(), result.get("code").asText());
        if (!result.get("status").asText().equals("completed")) {
          System.err.println(result.get("message").asText());
          System.exit(1);
        }
      }
    }
  }
}
