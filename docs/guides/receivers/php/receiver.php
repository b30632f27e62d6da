<?php

// A receiver without any package, on PHP 8.0 or newer; under `php -S` it is the router script:
//   WEBHOOK_SECRET=whsec_… php -S 127.0.0.1:4000 receiver.php

declare(strict_types=1);

const TOLERANCE_SECONDS = 5 * 60;
const MAX_BODY_BYTES = 1024 * 1024;

/** whsec_ and base64 of the key, or a text of your own, which is the key as it is. */
function keyOf(string $secret): string
{
    return str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, strlen('whsec_')), true) : $secret;
}

/** Whether a sender that knows the secret sent exactly these bytes, under this id, within the last five minutes. */
function isGenuine(string $key, string $id, string $timestamp, string $signatures, string $body): bool
{
    if (!ctype_digit($timestamp) || abs(time() - (int) $timestamp) > TOLERANCE_SECONDS) {
        return false;
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    // While a secret is rotated there is one entry for each live secret; one match is enough.
    foreach (explode(' ', $signatures) as $entry) {
        if (hash_equals($expected, $entry)) {
            return true;
        }
    }
    return false;
}

/** Keeps a message once; false if it was there. In production: an INSERT into a table whose primary key is the id. */
function keep(string $inbox, string $id, string $body): bool
{
    $draft = $inbox . '/.' . bin2hex(random_bytes(16));
    if (file_put_contents($draft, $body) !== strlen($body)) {
        throw new RuntimeException('The inbox is full.');
    }
    try {
        if (@link($draft, "$inbox/$id")) {
            return true;
        }
        if (is_file("$inbox/$id")) {
            return false;
        }
        throw new RuntimeException('The inbox is not there.');
    } finally {
        unlink($draft);
    }
}

/** The status to answer with. Work on the messages in the inbox begins after the answer, in a program of its own. */
function receive(): int
{
    $key = keyOf((string) getenv('WEBHOOK_SECRET'));
    if ($key === '') {
        return 500;
    }
    // The bytes as they came: a body that was parsed and written again has other bytes.
    $body = file_get_contents('php://input', false, null, 0, MAX_BODY_BYTES + 1);
    if (strlen($body) > MAX_BODY_BYTES) {
        return 413;
    }
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if (!isGenuine($key, $id, $timestamp, $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '', $body)) {
        return 401;
    }
    $inbox = getenv('INBOX') ?: 'inbox';
    if (!is_dir($inbox)) {
        mkdir($inbox, 0700, true);
    }
    error_log((keep($inbox, $id, $body) ? 'new ' : 'repeat ') . $id);
    return 204;
}

try {
    http_response_code(receive());
} catch (RuntimeException) {
    http_response_code(500); // A message that could not be kept is sent again later.
}
