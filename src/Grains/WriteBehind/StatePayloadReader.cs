using System.Text.Json;
using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>Reads payloads. Values are cut out by the positions of their tokens, never parsed and written anew.</summary>
internal static class StatePayloadReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = StatePayload.MaxDepth };

    /// <summary>Reads what a row says of itself; its entries are not looked at.</summary>
    /// <exception cref="StateDamagedException">The row is not a payload of this collection, or one of a newer format.</exception>
    public static StateHeader ReadHeader(string collectionKey, string row, ReadOnlyMemory<byte> payload) =>
        Read(collectionKey, row, payload, entries: null);

    /// <summary>Reads a row and adds its entries and tombstones in the order they were written.</summary>
    /// <exception cref="StateDamagedException">The row is not a payload of this collection, or one of a newer format.</exception>
    public static StateHeader Read(string collectionKey, string row, ReadOnlyMemory<byte> payload, List<StoredEntry>? entries)
    {
        try
        {
            var reader = new Payload(collectionKey, payload.Span);
            var header = reader.ReadHeader();
            if (entries is not null)
            {
                reader.ReadEntries(entries);
            }

            return header;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new StateDamagedException($"Row '{row}' of collection '{collectionKey}' cannot be read: {e.Message}", e);
        }
        catch (StateDamagedException e)
        {
            throw new StateDamagedException($"Row '{row}' of collection '{collectionKey}' cannot be read: {e.Message}", e);
        }
    }

    private ref struct Payload
    {
        private readonly string _namespace;
        private readonly string _collection;
        private readonly ReadOnlySpan<byte> _text;
        private Utf8JsonReader _json;

        public Payload(string collectionKey, ReadOnlySpan<byte> text)
        {
            CollectionKey.TrySplit(collectionKey, out _namespace, out _collection);
            _text = text;
            _json = new Utf8JsonReader(text, Options);
        }

        public StateHeader ReadHeader()
        {
            Expect(JsonTokenType.StartObject);
            Expect(JsonTokenType.PropertyName);
            Require(_json.ValueTextEquals(StatePayload.FormatName.EncodedUtf8Bytes), "it does not begin with its format");
            var format = NextInt64();
            Require(
                format <= StatePayload.Format,
                $"it is of format {format}, written by a newer version of EdgeOrleans; this one reads up to {StatePayload.Format}");
            Require(format >= 1, $"it is of the unknown format {format}");
            return ReadMembers();
        }

        public void ReadEntries(List<StoredEntry> entries)
        {
            while (ReadEntry(out var entry))
            {
                entries.Add(entry);
            }

            // A payload that a newer build of this format wrote may have members behind the entries.
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                _json.Skip();
            }

            Require(_json.TokenType == JsonTokenType.EndObject && !_json.Read(), "it goes on behind its end");
        }

        private StateHeader ReadMembers()
        {
            string? ns = null, collection = null, writer = null;
            int kind = -1, count = 0, chunk = 0, chunks = 0, staleChunks = 0;
            long save = -1, generation = -1, sequence = -1, since = 0, lastVersion = 0, floor = 0, bytes = 0, chunkBytes = 0;
            for (; ; )
            {
                Expect(JsonTokenType.PropertyName);
                if (Is(StatePayload.Entries))
                {
                    break;
                }

                if (Is(StatePayload.Namespace))
                {
                    ns = NextString();
                }
                else if (Is(StatePayload.Collection))
                {
                    collection = NextString();
                }
                else if (Is(StatePayload.Writer))
                {
                    writer = NextString();
                }
                else if (Is(StatePayload.Save))
                {
                    save = NextInt64();
                }
                else if (Is(StatePayload.Generation))
                {
                    generation = NextInt64();
                }
                else if (Is(StatePayload.Sequence))
                {
                    sequence = NextInt64();
                }
                else if (Is(StatePayload.Kind))
                {
                    kind = NextKind();
                }
                else if (Is(StatePayload.Since))
                {
                    since = NextInt64();
                }
                else if (Is(StatePayload.LastVersion))
                {
                    lastVersion = NextInt64();
                }
                else if (Is(StatePayload.TombstoneFloor))
                {
                    floor = NextInt64();
                }
                else if (Is(StatePayload.Count))
                {
                    count = checked((int)NextInt64());
                }
                else if (Is(StatePayload.Bytes))
                {
                    bytes = NextInt64();
                }
                else if (Is(StatePayload.Chunk))
                {
                    chunk = checked((int)NextInt64());
                }
                else if (Is(StatePayload.Chunks))
                {
                    chunks = checked((int)NextInt64());
                }
                else if (Is(StatePayload.StaleChunks))
                {
                    staleChunks = checked((int)NextInt64());
                }
                else if (Is(StatePayload.ChunkBytes))
                {
                    chunkBytes = NextInt64();
                }
                else
                {
                    _json.Skip();
                }
            }

            Expect(JsonTokenType.StartArray);
            Require(ns == _namespace && collection == _collection, $"it belongs to collection '{ns}/{collection}'");
            Require(writer is not null && kind >= 0 && save >= 0 && generation >= 0 && sequence >= 0, "a member is missing");
            return new StateHeader
            {
                Kind = (StateKind)kind,
                Writer = writer!,
                Save = save,
                Generation = generation,
                Sequence = sequence,
                Since = since,
                LastVersion = lastVersion,
                TombstoneFloor = floor,
                Count = count,
                Bytes = bytes,
                Chunk = chunk,
                Chunks = chunks,
                StaleChunks = staleChunks,
                ChunkBytes = chunkBytes,
            };
        }

        private bool ReadEntry(out StoredEntry entry)
        {
            entry = default;
            Require(_json.Read(), "it ends too early");
            if (_json.TokenType == JsonTokenType.EndArray)
            {
                return false;
            }

            Require(_json.TokenType == JsonTokenType.StartObject, "an entry is not an object");
            Span<byte> keyBuffer = stackalloc byte[NameRules.MaxKeyBytes];
            int keyLength = -1, valueStart = -1, valueEnd = -1;
            long sequence = -1, version = -1, expiry = 0;
            var deleted = false;
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                if (Is(StatePayload.Key))
                {
                    Expect(JsonTokenType.String);
                    keyLength = _json.CopyString(keyBuffer);
                }
                else if (Is(StatePayload.Sequence))
                {
                    sequence = NextInt64();
                }
                else if (Is(StatePayload.Version))
                {
                    version = NextInt64();
                }
                else if (Is(StatePayload.Expiry))
                {
                    expiry = NextInt64();
                }
                else if (Is(StatePayload.Deleted))
                {
                    deleted = _json.Read() && _json.GetBoolean();
                }
                else if (Is(StatePayload.Value))
                {
                    Require(_json.Read(), "it ends too early");
                    valueStart = (int)_json.TokenStartIndex;
                    _json.Skip();
                    valueEnd = (int)_json.BytesConsumed;
                }
                else
                {
                    _json.Skip();
                }
            }

            Require(
                _json.TokenType == JsonTokenType.EndObject && keyLength >= 0 && sequence > 0 && version >= 0 && deleted == (valueStart < 0),
                "an entry lacks a member");
            var key = keyBuffer[..keyLength];
            entry = deleted
                ? StoredEntry.CreateTombstone(key, sequence, version)
                : StoredEntry.Create(key, _text[valueStart..valueEnd], sequence, version, expiry);
            return true;
        }

        private readonly bool Is(JsonEncodedText name) => _json.ValueTextEquals(name.EncodedUtf8Bytes);

        private void Expect(JsonTokenType type) => Require(_json.Read() && _json.TokenType == type, $"a token of type {type} is missing");

        private long NextInt64()
        {
            Expect(JsonTokenType.Number);
            return _json.GetInt64();
        }

        private string NextString()
        {
            Expect(JsonTokenType.String);
            return _json.GetString()!;
        }

        private int NextKind()
        {
            Expect(JsonTokenType.String);
            for (var i = 0; i < StatePayload.Kinds.Length; i++)
            {
                if (Is(StatePayload.Kinds[i]))
                {
                    return i;
                }
            }

            throw new StateDamagedException("it is of an unknown kind");
        }

        private static void Require(bool condition, string fault)
        {
            if (!condition)
            {
                throw new StateDamagedException(fault);
            }
        }
    }
}
