# A receiver on Ruby 3.0 or newer; WEBrick is the only gem (Debian's ruby has it, else: gem install webrick).
#   WEBHOOK_SECRET=whsec_… ruby receiver.rb
require "fileutils"
require "openssl"
require "securerandom"
require "webrick"

SECRET = ENV.fetch("WEBHOOK_SECRET")
INBOX = ENV.fetch("INBOX", "inbox")
TOLERANCE_SECONDS = 5 * 60
MAX_BODY_BYTES = 1024 * 1024

# whsec_ and base64 of the key, or a text of your own, which is the key as it is.
KEY = SECRET.start_with?("whsec_") ? SECRET.delete_prefix("whsec_").unpack1("m0") : SECRET
FileUtils.mkdir_p(INBOX)

# Whether a sender that knows the secret sent exactly these bytes, under this id, within the last five minutes.
def genuine?(request, body)
  id, timestamp, signatures = %w[id timestamp signature].map { |name| request["webhook-#{name}"].to_s }
  return false unless timestamp.match?(/\A\d+\z/) && (Time.now.to_i - timestamp.to_i).abs <= TOLERANCE_SECONDS

  signed = "#{id}.#{timestamp}.".b + body.b
  expected = "v1,#{[OpenSSL::HMAC.digest("SHA256", KEY, signed)].pack("m0")}"
  # While a secret is rotated there is one entry for each live secret; one match is enough.
  signatures.split(" ").any? { |entry| OpenSSL.secure_compare(entry, expected) }
end

# Keeps a message once; false if it was there. In production: an INSERT into a table whose primary key is the id.
def keep(id, body)
  draft = File.join(INBOX, ".#{SecureRandom.uuid}")
  File.binwrite(draft, body)
  File.link(draft, File.join(INBOX, id))
  true
rescue Errno::EEXIST
  false
ensure
  FileUtils.rm_f(draft)
end

# The status to answer with. Work on the messages in the inbox begins after the answer, in a program of its own.
def receive(request)
  return 413 if request.content_length.to_i > MAX_BODY_BYTES

  # The bytes as they came: a body that was parsed and written again has other bytes.
  body = request.body.to_s
  return 401 unless genuine?(request, body)

  id = request["webhook-id"]
  puts "#{keep(id, body) ? "new" : "repeat"} #{id}"
  204
rescue SystemCallError
  500 # A message that could not be kept is sent again later.
end

$stdout.sync = true
log = WEBrick::Log.new($stderr, WEBrick::Log::WARN)
server = WEBrick::HTTPServer.new(Port: Integer(ENV.fetch("PORT", "4000")), Logger: log, AccessLog: [])
server.mount_proc("/") { |request, response| response.status = receive(request) }
%w[INT TERM].each { |signal| trap(signal) { server.shutdown } }
server.start
