// A receiver without any dependency. A JDK of 17 or newer runs it as it is:
//   WEBHOOK_SECRET=whsec_… java Receiver.java
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Receiver {
    static final Path INBOX = Path.of(env("INBOX", "inbox"));
    static final SecretKeySpec KEY = new SecretKeySpec(keyOf(env("WEBHOOK_SECRET", "")), "HmacSHA256");
    static final long TOLERANCE_SECONDS = 5 * 60;
    static final int MAX_BODY_BYTES = 1024 * 1024;

    public static void main(String[] arguments) throws IOException {
        Files.createDirectories(INBOX);
        var server = HttpServer.create(new InetSocketAddress(Integer.parseInt(env("PORT", "4000"))), 0);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.createContext("/", Receiver::answer);
        server.start();
    }

    /** whsec_ and base64 of the key, or a text of your own, which is the key as it is. */
    static byte[] keyOf(String secret) {
        return secret.startsWith("whsec_")
            ? Base64.getDecoder().decode(secret.substring("whsec_".length()))
            : secret.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether a sender that knows the secret sent exactly these bytes, under this id, within the last five minutes. */
    static boolean isGenuine(Headers headers, byte[] body) throws GeneralSecurityException {
        String id = header(headers, "id"), timestamp = header(headers, "timestamp");
        if (!timestamp.matches("[0-9]{1,15}")) return false;
        if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > TOLERANCE_SECONDS) return false;
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(KEY);
        mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
        // While a secret is rotated there is one entry for each live secret; one match is enough.
        for (String entry : header(headers, "signature").split(" ")) {
            if (MessageDigest.isEqual(entry.getBytes(StandardCharsets.UTF_8), expected)) return true;
        }
        return false;
    }

    /** Keeps a message once; false if it was there. In production: an INSERT into a table whose primary key is the id. */
    static boolean keep(String id, byte[] body) throws IOException {
        Path draft = Files.write(INBOX.resolve("." + UUID.randomUUID()), body);
        try {
            Files.createLink(INBOX.resolve(id), draft);
            return true;
        } catch (FileAlreadyExistsException alreadyThere) {
            return false;
        } finally {
            Files.delete(draft);
        }
    }

    /** The status to answer with. Work on the messages in the inbox begins after the answer, in a program of its own. */
    static int receive(HttpExchange exchange) throws IOException, GeneralSecurityException {
        // The bytes as they came: a body that was parsed and written again has other bytes.
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) return 413;
        if (!isGenuine(exchange.getRequestHeaders(), body)) return 401;
        String id = header(exchange.getRequestHeaders(), "id");
        System.out.println((keep(id, body) ? "new " : "repeat ") + id);
        return 204;
    }

    static void answer(HttpExchange exchange) throws IOException {
        int status;
        try {
            status = receive(exchange);
        } catch (IOException | GeneralSecurityException couldNotBeKept) {
            status = 500; // It is sent again later.
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    static String header(Headers headers, String name) {
        return Objects.requireNonNullElse(headers.getFirst("webhook-" + name), "");
    }

    static String env(String name, String fallback) {
        return Objects.requireNonNullElse(System.getenv(name), fallback);
    }
}
