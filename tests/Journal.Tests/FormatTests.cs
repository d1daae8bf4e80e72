using System.Text;
using CsCheck;

namespace EdgeOrleans.Journal.Tests;

public sealed class FormatTests
{
    private static readonly Gen<(RecordKind Kind, long Sequence, string Owner, byte[] Payload)> Records = Gen.Select(
        Gen.Bool.Select(isMark => isMark ? RecordKind.TrimMark : RecordKind.Data), Gen.Long[1, long.MaxValue], Gen.String[Gen.Char.AlphaNumeric, 1, 200], Gen.Byte.Array[0, 300]);

    [Fact]
    public void Checksum_is_crc32c()
    {
        // The check value of CRC-32C in every catalogue.
        Assert.Equal(0xE3069283, Crc32C.Compute("123456789"u8));
        Assert.Equal(0u, Crc32C.Compute([]));
    }

    [Fact]
    public void Checksum_over_two_parts_is_that_of_the_whole() =>
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Byte.Array[0, 100]).Sample((first, second) =>
            Crc32C.Compute(second, Crc32C.Compute(first)) == Crc32C.Compute([.. first, .. second]));

    [Fact]
    public void Record_reads_back_as_written() => Gen.Select(Records, Gen.UInt).Sample((record, seed) =>
    {
        var bytes = new byte[RecordFrame.SizeOf(Encoding.UTF8.GetByteCount(record.Owner), record.Payload.Length)];
        bytes.AsSpan().Fill(0xee);
        var size = RecordFrame.Write(bytes, record.Kind, record.Sequence, Encoding.UTF8.GetBytes(record.Owner), record.Payload);
        RecordFrame.Seal(bytes, seed);
        return RecordFrame.TryReadHead(bytes, out var head)
            && size == bytes.Length
            && head.Size == size
            && size % RecordFrame.Alignment == 0
            && head.Kind == record.Kind
            && head.Sequence == record.Sequence
            && Encoding.UTF8.GetString(head.Owner(bytes)) == record.Owner
            && head.Payload(bytes).SequenceEqual(record.Payload)
            && head.IsHeadSound(bytes, seed)
            && !head.IsHeadSound(bytes, seed + 1)
            && head.IsPayloadSound(bytes);
    });

    [Fact]
    public void Record_with_a_flipped_bit_is_never_sound() => Gen.Select(Records, Gen.Int[0, 1_000_000]).Sample((record, at) =>
    {
        var owner = Encoding.UTF8.GetBytes(record.Owner);
        var bytes = new byte[RecordFrame.SizeOf(owner.Length, record.Payload.Length)];
        RecordFrame.Write(bytes, record.Kind, record.Sequence, owner, record.Payload);
        RecordFrame.Seal(bytes, 7);
        var bit = at % ((RecordFrame.HeadBytes + owner.Length + record.Payload.Length) * 8);
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return !(RecordFrame.TryReadHead(bytes, out var head) && head.IsHeadSound(bytes, 7) && head.IsPayloadSound(bytes));
    });

    [Fact]
    public void Frame_header_reads_back_as_written_and_not_with_a_flipped_bit() =>
        Gen.Select(Gen.Long[1, long.MaxValue], Gen.ULong, Gen.Int[FrameHeader.Bytes, 1 << 26], Gen.Int[0, 1 << 20], Gen.Long, Gen.UInt)
            .Sample((number, generation, length, count, clock, checksum) =>
            {
                var header = new FrameHeader(number, generation, length, count, clock, checksum, new FlashTotals(clock ^ number, number));
                var bytes = new byte[FrameHeader.Bytes];
                header.Write(bytes);
                Assert.True(FrameHeader.TryRead(bytes, out var read));
                Assert.Equal(header, read);
                for (var bit = 0; bit < bytes.Length * 8; bit += 3)
                {
                    bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                    Assert.False(FrameHeader.TryRead(bytes, out _));
                    bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                }
            });

    [Fact]
    public void Segment_header_survives_any_single_bad_byte()
    {
        var header = new SegmentHeader(1, 65536, 0x0123456789abcdef, 17, 4711, 4712, 1_700_000_000_000_000);
        var block = new byte[JournalFormat.BlockBytes];
        header.Write(block);
        for (var i = 0; i < block.Length; i++)
        {
            block[i] ^= 0x10;
            var copies = new[] { 0, SegmentHeader.CopyOffset };
            Assert.Contains(copies, copy => SegmentHeader.TryRead(block.AsSpan(copy), out var read) && read == header);
            Assert.DoesNotContain(copies, copy => SegmentHeader.TryRead(block.AsSpan(copy), out var read) && read != header);
            block[i] ^= 0x10;
        }
    }

    [Fact]
    public void Place_of_a_record_keeps_segment_offset_and_size() =>
        Gen.Select(Gen.Long[0, 1L << 40], Gen.Int[0, JournalFormat.MaxSegmentBytes / 8 - 1], Gen.Int[0, JournalFormat.MaxSegmentBytes / 8 - 1])
            .Sample((segment, offset, size) =>
            {
                var place = new RecordPlace(segment, offset * 8, size * 8);
                return place.SegmentId == (ushort)segment && place.Offset == offset * 8 && place.Size == size * 8;
            });

    [Fact]
    public void Live_records_agree_with_a_sorted_dictionary() =>
        Gen.Select(Gen.Int[0, 3], Gen.Long[1, 60]).Array[0, 200].Sample(steps =>
        {
            var live = new LiveRecords();
            var model = new SortedDictionary<long, RecordPlace>();
            foreach (var (kind, sequence) in steps)
            {
                var place = new RecordPlace(sequence % 7, (int)sequence * 8, 64);
                switch (kind)
                {
                    case 0 or 1:
                        Assert.Equal(model.ContainsKey(sequence), live.Add(new LiveRecord(sequence, place), out _));
                        model[sequence] = place;
                        break;
                    case 2:
                        var count = live.IndexFrom(sequence);
                        Assert.Equal(model.Keys.Count(key => key < sequence), count);
                        live.RemoveFirst(count);
                        foreach (var key in model.Keys.Where(key => key < sequence).ToList())
                        {
                            model.Remove(key);
                        }

                        break;
                    default:
                        live.Remove(sequence);
                        model.Remove(sequence);
                        break;
                }

                Assert.Equal(model.Select(entry => new LiveRecord(entry.Key, entry.Value)), live.Items.ToArray());
                Assert.Equal(model.TryGetValue(sequence, out _), live.TryFind(sequence, out _));
            }
        });

    [Fact]
    public void Options_name_the_option_the_value_and_the_bound()
    {
        Assert.Null(new JournalOptions().Validate());
        Assert.Equal(
            "SegmentBytes is 5000; it must be a multiple of 4096 from 65536 to 67108864.",
            new JournalOptions { SegmentBytes = 5000 }.Validate());
        Assert.Equal(
            "MaxBytes is 20971520; it must be 6 to 32768 times SegmentBytes (4194304).",
            new JournalOptions { MaxBytes = 20 * 1024 * 1024 }.Validate());
        Assert.Equal(
            "MaxPendingBytes is 1000; it must be 1118208 (the largest record) to 67108864.",
            new JournalOptions { MaxPendingBytes = 1000 }.Validate());
        Assert.Equal("ReserveBytes is -1; it must be 0 or more.", new JournalOptions { ReserveBytes = -1 }.Validate());
        Assert.Equal("MaxRecordBytes is 100; it must be at least 1024.", new JournalOptions { MaxRecordBytes = 100 }.Validate());
        Assert.Equal(
            "SegmentBytes is 4194304; it must be at least 4206592, so that two records of 2097152 bytes fit.",
            new JournalOptions { MaxRecordBytes = 2 * 1024 * 1024, MaxPendingBytes = 8 * 1024 * 1024 }.Validate());
        Assert.Throws<ArgumentException>(() => FlashJournal.Open(new Disk.FaultyDisk(), new JournalOptions { SegmentBytes = 5000 }));
    }

    [Theory]
    [InlineData(64 * 1024, 6 * 64 * 1024)]
    [InlineData(64 * 1024 * 1024, 6L * 64 * 1024 * 1024)]
    public void Options_at_their_bounds_are_accepted(int segmentBytes, long maxBytes)
    {
        var options = new JournalOptions { SegmentBytes = segmentBytes, MaxBytes = maxBytes, MaxRecordBytes = 1024, MaxPendingBytes = 1024 + 4096, ReserveBytes = 0 };
        Assert.Null(options.Validate());
        options.MaxBytes--;
        Assert.NotNull(options.Validate());
    }
}
