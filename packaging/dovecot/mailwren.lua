-- Tells Mailwren's bridge of mail that arrived, and of mail that was read, moved or deleted: a script for the Lua driver of
-- Dovecot 2.3's push notifications. docs/bridge.md says how it is set up.
--
-- A bridge that is away costs a line in the log; one that hangs costs two seconds. Delivery goes on in any case.

local client = dovecot.http.client({
  connect_timeout_msecs = 1000,
  request_absolute_timeout_msecs = 2000,
  max_attempts = 1,
})

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
end

local function json(fields)
  local members = {}
  for name, value in pairs(fields) do
    -- All numbers of Dovecot's are floats to some versions of Lua.
    value = type(value) == "number" and string.format("%.0f", value) or quoted(tostring(value))
    table.insert(members, quoted(name) .. ":" .. value)
  end
  return "{" .. table.concat(members, ",") .. "}"
end

function dovecot_lua_notify_begin_txn(user)
  return {
    user = user.username,
    url = user:plugin_getenv("mailwren_url"),
    -- From a file it may come with its line's end, which no header may hold.
    secret = (user:plugin_getenv("mailwren_secret") or ""):gsub("%s", ""),
    events = {},
  }
end

local function note(context, event)
  table.insert(context.events, {
    event = event.name,
    user = context.user,
    mailbox = event.mailbox,
    uid = event.uid,
    uid_validity = event.uid_validity,
    from = event.from,
    subject = event.subject,
    snippet = event.snippet,
    message_id = event.message_id,
  })
end

dovecot_lua_notify_event_message_new = note
dovecot_lua_notify_event_message_read = note
dovecot_lua_notify_event_message_trash = note
dovecot_lua_notify_event_message_expunge = note

function dovecot_lua_notify_end_txn(context, success)
  if not success or context.url == nil then
    return
  end
  for _, event in ipairs(context.events) do
    local request = client:request({ url = context.url, method = "POST" })
    request:add_header("Authorization", "Bearer " .. context.secret)
    request:add_header("Content-Type", "application/json")
    request:set_payload(json(event))
    local response = request:submit()
    -- 404: the bridge publishes nothing of this user's.
    if response:status() ~= 202 and response:status() ~= 404 then
      dovecot.i_error("mailwren bridge: " .. response:status() .. " " .. response:reason())
      -- The next one would wait as long.
      if response:status() >= 9000 then
        return
      end
    end
  end
end
