using System.Text;
using System.Text.Json;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>What is written into rows is read back byte for byte, and nothing else is taken for it.</summary>
public sealed class StatePayloadTests
{
    private const string Key = "näme \"space\"/c%+é/x";

    [Theory]
    [InlineData(1, 2000)]
    public void Payload_reads_back_byte_for_byte(int firstSeed, int seeds)
    {
        using var writer = new StatePayloadWriter(Key);
        for (var seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            var random = new Random(seed);
            var entries = Enumerable.Range(0, random.Next(8)).Select(_ => RandomEntry(random)).ToArray();
            var header = RandomHeader(random);
            var payload = writer.Write(header, entries).ToArray();
            Assert.True(Utf8JsonIsValid(payload), $"seed {seed}");
            var read = new List<StoredEntry>();
            Assert.Equal(header, StatePayloadReader.Read(Key, "row", payload, read));
            Assert.Equal(header, StatePayloadReader.ReadHeader(Key, "row", payload));
            Assert.Equal(ModelCollection.Lines(entries), ModelCollection.Lines(read));
        }
    }

    [Theory]
    [InlineData(1, 1024 * 1024)]
    [InlineData(5000, 100)]
    public void Payload_is_written_into_one_buffer_of_about_its_size(int count, int valueBytes)
    {
        var value = Encoding.UTF8.GetBytes($"\"{new string('v', valueBytes)}\"");
        var entries = Enumerable.Range(1, count).Select(i => StoredEntry.Create(Encoding.UTF8.GetBytes($"k{i}"), value, i, i, i)).ToArray();
        using var writer = new StatePayloadWriter(Key);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var payload = writer.Write(RandomHeader(new Random(1)), entries);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, payload.Length, payload.Length * 3L / 2);
    }

    [Fact]
    public void Payload_cut_anywhere_is_refused()
    {
        using var writer = new StatePayloadWriter(Key);
        var random = new Random(3);
        var payload = writer.Write(RandomHeader(random), [RandomEntry(random), RandomEntry(random), RandomEntry(random)]).ToArray();
        for (var length = 0; length < payload.Length; length++)
        {
            Assert.Throws<StateDamagedException>(() => StatePayloadReader.Read(Key, "d1", payload.AsMemory(0, length), []));
        }

        Assert.Throws<StateDamagedException>(() => StatePayloadReader.Read(Key, "d1", (byte[])[.. payload, (byte)'}'], []));
    }

    [Theory]
    [InlineData(1, 3000)]
    public void Payload_with_flipped_bits_is_read_as_something_or_refused_with_the_one_exception(int firstSeed, int seeds)
    {
        using var writer = new StatePayloadWriter(Key);
        for (var seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            var random = new Random(seed);
            var payload = writer.Write(RandomHeader(random), [RandomEntry(random), RandomEntry(random)]).ToArray();
            for (var flips = random.Next(4); flips >= 0; flips--)
            {
                payload[random.Next(payload.Length)] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                StatePayloadReader.Read(Key, "d1", payload, []);
            }
            catch (StateDamagedException)
            {
            }
        }
    }

    [Fact]
    public void Payload_of_a_newer_format_is_refused_with_a_clear_line()
    {
        var payload = Payload(new StateHeader { Kind = StateKind.Seal, Writer = "w", Save = 1, Generation = 0, Sequence = 0 });
        var newer = Encoding.UTF8.GetString(payload).Replace("\"format\":1", "\"format\":2", StringComparison.Ordinal);
        var refused = Assert.Throws<StateDamagedException>(() => StatePayloadReader.ReadHeader(Key, "d1", Encoding.UTF8.GetBytes(newer)));
        Assert.Equal($"Row 'd1' of collection '{Key}' cannot be read: it is of format 2, written by a newer version of EdgeOrleans; this one reads up to 1", refused.Message);
    }

    [Fact]
    public void Payload_of_another_collection_is_refused()
    {
        var payload = Payload(new StateHeader { Kind = StateKind.Seal, Writer = "w", Save = 1, Generation = 0, Sequence = 0 });
        Assert.Contains("belongs to collection", Assert.Throws<StateDamagedException>(() => StatePayloadReader.ReadHeader("other/c", "d1", payload)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_that_a_reader_does_not_know_are_passed_over()
    {
        const string Text = """
            {"format":1,"namespace":"n","collection":"c","writer":"w","new":{"entries":[1]},"save":3,"generation":2,"sequence":9,"kind":"delta",
             "entries":[{"key":"k","type":["x"],"sequence":8,"version":7,"value":  [ 1.0 , "\/" ]  ,"flags":1}],"later":[{}]}
            """;
        var entries = new List<StoredEntry>();
        var header = StatePayloadReader.Read("n/c", "d3", Encoding.UTF8.GetBytes(Text), entries);
        Assert.Equal((3, 2, 9), (header.Save, header.Generation, header.Sequence));
        Assert.Equal(["""k = [ 1.0 , "\/" ] #8 v7 e0 False"""], ModelCollection.Lines(entries));
    }

    private static byte[] Payload(StateHeader header)
    {
        using var writer = new StatePayloadWriter(Key);
        return writer.Write(header, []).ToArray();
    }

    private static StateHeader RandomHeader(Random random)
    {
        var kind = (StateKind)random.Next(4);
        var header = new StateHeader
        {
            Kind = kind, Writer = $"w{random.Next()}", Save = random.NextInt64(1L << 50), Generation = random.NextInt64(1L << 50), Sequence = random.NextInt64(1L << 48),
        };
        return kind == StateKind.Seal
            ? header
            : header with
            {
                Since = kind == StateKind.Delta ? random.Next() : 0,
                LastVersion = random.NextInt64(),
                TombstoneFloor = random.Next(),
                Count = random.Next(),
                Bytes = random.NextInt64(),
                Chunk = kind == StateKind.Chunk ? random.Next() : 0,
                Chunks = kind == StateKind.Head ? random.Next() : 0,
                ChunkBytes = kind == StateKind.Head ? random.NextInt64() : 0,
            };
    }

    private static StoredEntry RandomEntry(Random random)
    {
        var key = Encoding.UTF8.GetBytes(RandomText(random, random.Next(1, 40)));
        var (sequence, version) = (1 + random.NextInt64((1L << 48) - 1), random.NextInt64());
        return random.Next(4) == 0
            ? StoredEntry.CreateTombstone(key, sequence, version)
            : StoredEntry.Create(key, Encoding.UTF8.GetBytes(RandomJson(random, 0)), sequence, version, random.Next(2) * random.NextInt64());
    }

    private static string RandomText(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => random.Next(8) switch
    {
        0 => "é",
        1 => "😀",
        2 => "\"",
        3 => "\\",
        4 => "€",
        5 => "\u2028",
        _ => ((char)random.Next(' ', '~')).ToString(),
    }));

    private static string RandomJson(Random random, int depth) => random.Next(depth > 5 ? 6 : 8) switch
    {
        0 => new string[] { "null", "true", "false", "-0", "1.0", "1e400", "12345678901234567890", "-1.50E-7" }[random.Next(8)],
        1 => random.NextInt64().ToString(System.Globalization.CultureInfo.InvariantCulture),
        2 => JsonSerializer.Serialize(RandomText(random, random.Next(12))),
        3 => "\"\\u0000\\ud83d\\ude00\\/\"",
        4 => " [ ] ".Trim(),
        5 => "{}",
        6 => $"[{string.Join(" , ", Enumerable.Range(0, random.Next(4)).Select(_ => RandomJson(random, depth + 1)))}]",
        _ => $$"""{"a":{{RandomJson(random, depth + 1)}},"a" : {{RandomJson(random, depth + 1)}}}""",
    };

    private static bool Utf8JsonIsValid(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = 80 });
        while (reader.Read())
        {
        }

        return reader.BytesConsumed == payload.Length;
    }
}

