using System.Text;
using CsCheck;
using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.Tests.Entries;

public sealed class EntryRecordTests
{
    private static readonly Gen<(string Key, byte[] Value, long Version, long Expiry, int Kind)> Change = Gen.Select(
        Gen.String[Gen.Char.Where(c => !char.IsSurrogate(c) && !char.IsControl(c)), 1, 100],
        Gen.Byte.Array[0, 200],
        Gen.Long[0, long.MaxValue],
        Gen.OneOf(Gen.Const(0L), Gen.Long[1, long.MaxValue]),
        Gen.Int[0, 9]);

    [Fact]
    public void Record_round_trips() =>
        Gen.Select(Change.Array[1, 20], Gen.Long[1, 1L << 47]).Sample(
            (changes, sequence) =>
            {
                var entries = changes.Select((c, i) => Make(c, sequence + i)).ToList();
                var read = EntryRecord.Read(Write(entries), sequence);
                Assert.Equal(entries.Select(Show), read.Select(Show));
            },
            iter: 500,
            seed: "0000KOIPRSTB");

    [Fact]
    public void Record_cut_anywhere_inside_a_change_is_refused()
    {
        var first = StoredEntry.Create("key"u8, "\"value\""u8, 7, 8, 9);
        var second = StoredEntry.CreateTombstone("other"u8, 8, 9);
        var record = Write([first, second]);
        var boundary = EntryRecord.HeaderBytes + EntryRecord.ChangeBytes(first);
        for (var length = 0; length < record.Length; length++)
        {
            if (length == boundary)
            {
                Assert.Single(EntryRecord.Read(record.AsSpan(0, length), 7));
            }
            else
            {
                Assert.Throws<RecordFormatException>(() => EntryRecord.Read(record.AsSpan(0, length), 7));
            }
        }
    }

    [Fact]
    public void Record_with_any_one_byte_changed_is_read_or_refused_but_never_breaks()
    {
        var record = Write([StoredEntry.Create("key"u8, "1"u8, 7, 8, 9), StoredEntry.CreateTombstone([], 8, 9)]);
        for (var at = 0; at < record.Length; at++)
        {
            for (var value = 0; value < 256; value++)
            {
                var damaged = record.ToArray();
                damaged[at] = (byte)value;
                try
                {
                    EntryRecord.Read(damaged, 7);
                }
                catch (RecordFormatException)
                {
                    // What a newer or damaged record must give.
                }
            }
        }
    }

    [Fact]
    public void Record_of_a_newer_format_says_so()
    {
        var fault = Assert.Throws<RecordFormatException>(() => EntryRecord.Read([EntryRecord.Format + 1, 0, 0], 1));
        Assert.Contains("newer", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Longest_overhead_is_what_the_constant_says()
    {
        var entry = StoredEntry.Create(Encoding.UTF8.GetBytes(new string('k', NameRules.MaxKeyBytes)), "1"u8, 1, 1, 1);
        Assert.Equal(EntryRecord.MaxOverheadBytes, EntryRecord.HeaderBytes + EntryRecord.ChangeBytes(entry) - 1);
    }

    private static StoredEntry Make((string Key, byte[] Value, long Version, long Expiry, int Kind) c, long sequence) => c.Kind switch
    {
        0 => StoredEntry.CreateTombstone([], sequence, c.Version),
        1 => StoredEntry.CreateTombstone(Encoding.UTF8.GetBytes(c.Key), sequence, c.Version),
        _ => StoredEntry.Create(Encoding.UTF8.GetBytes(c.Key), c.Value, sequence, c.Version, c.Expiry),
    };

    private static byte[] Write(List<StoredEntry> changes)
    {
        var record = new byte[EntryRecord.HeaderBytes + changes.Sum(EntryRecord.ChangeBytes)];
        var at = EntryRecord.WriteHeader(record);
        foreach (var change in changes)
        {
            at += EntryRecord.WriteChange(record.AsSpan(at), change);
        }

        Assert.Equal(record.Length, at);
        return record;
    }

    private static string Show(StoredEntry e) =>
        $"{Convert.ToHexString(e.Key)} {Convert.ToHexString(e.Value.Span)} {e.Sequence} {e.Version} {e.ExpiresAtMicros} {e.IsTombstone}";
}
