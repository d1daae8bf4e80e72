using System.Text;
using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

/// <summary>What a bad sector or a cut file costs: at most the record it is in, and never without a word.</summary>
public sealed class DamageTests
{
    private static readonly string[] Payloads = ["one", "two, a little longer than one", "three"];

    [Fact]
    public void File_cut_at_any_byte_of_its_last_frame_recovers_to_the_frame_before()
    {
        var last = LastFrame(Written(groups: 3));
        for (var length = last.Offset; length <= last.Offset + last.Frame.Length; length++)
        {
            var disk = Written(groups: 3);
            disk[disk.NewestSegment()].Truncate(length);
            using var journal = JournalSetup.Open(disk);
            Assert.Equal(Expected(length < last.Offset + last.Frame.Length ? 2 : 3), Tails(journal));
            var damage = Assert.Single(journal.Recovery.Damage);
            Assert.Equal((JournalDamageKind.CutShort, (long)length), (damage.Kind, damage.Offset));
            Assert.StartsWith($"0000000001.segment ends at byte {length}, where it once went on;", damage.ToString(), StringComparison.Ordinal);

            // It is the same once more, and writing goes on under the numbers that were cut.
            journal.Commit("a", journal.OwnerOf("a").LastSequence + 1, "again");
            using var restarted = JournalSetup.Open(disk);
            Assert.Equal(Tails(journal), Tails(restarted));
            Assert.Null(restarted.Recovery.TornTail);
            Assert.Equal(damage.ToString(), Assert.Single(restarted.Recovery.Damage).ToString());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Flipped_byte_in_an_earlier_frame_costs_one_record_at_most_and_is_reported(bool inAnEarlierSegment)
    {
        var target = Frames(Damageable(inAnEarlierSegment), FirstSegment)[1];
        for (var at = target.Offset; at < target.Offset + target.Frame.Length; at++)
        {
            var disk = Damageable(inAnEarlierSegment);
            disk[FirstSegment].Flip(at, 0x20);
            var quarantined = disk[FirstSegment].Cache.Slice(target.Offset, target.Length).ToArray();
            using var journal = JournalSetup.Open(disk);
            var damage = Assert.Single(journal.Recovery.Damage);
            Assert.Null(journal.Recovery.TornTail);
            Assert.Equal((FirstSegment, target.Offset, 2L, 2L), (damage.Segment, damage.Offset, damage.FirstFrame, damage.LastFrame));

            // All other frames are whole; of this one at most one record is missing, and then its owner is named.
            var expected = Expected(4);
            var missing = Expected(4).ToDictionary(owner => owner.Key, owner => owner.Value.Except(Tails(journal)[owner.Key]).ToList());
            Assert.All(Tails(journal), owner => Assert.Empty(owner.Value.Except(expected[owner.Key])));
            Assert.True(missing.Sum(owner => owner.Value.Count) <= 1, $"Byte {at}: {string.Join(", ", missing.SelectMany(owner => owner.Value))}");
            foreach (var (owner, records) in missing.Where(owner => owner.Value.Count > 0))
            {
                Assert.Contains(owner, damage.Owners);
                Assert.Contains(owner, journal.DamagedOwners);
                Assert.All(records, record => Assert.StartsWith("2", record, StringComparison.Ordinal));
            }

            Assert.Equal(3 - missing.Sum(owner => owner.Value.Count), damage.KeptRecords);
            var text = $"EdgeOrleans journal quarantine 1: {target.Length} bytes from byte {target.Offset} of {FirstSegment}, frames 2 to 2\n";
            Assert.Equal([.. Encoding.ASCII.GetBytes(text), .. quarantined], disk[damage.QuarantineFile!].Cache.ToArray());

            // The report stays until the segment is used again; the quarantine file is not written twice.
            using var restarted = JournalSetup.Open(disk);
            Assert.Equal(damage.ToString(), Assert.Single(restarted.Recovery.Damage).ToString());
            Assert.Equal(Tails(journal), Tails(restarted));
        }
    }

    [Fact]
    public void Flipped_byte_in_the_last_frame_is_cut_and_reported()
    {
        var last = LastFrame(Written(groups: 3));
        for (var at = last.Offset; at < last.Offset + last.Frame.Length; at++)
        {
            var disk = Written(groups: 3);
            disk[disk.NewestSegment()].Flip(at, 0x04);
            using var journal = JournalSetup.Open(disk);
            Assert.Equal(Expected(2), Tails(journal));
            Assert.Empty(journal.Recovery.Damage);
            Assert.Equal((FirstSegment, (long)last.Offset, 3L), (journal.Recovery.TornTail!.Segment, journal.Recovery.TornTail.Offset, journal.Recovery.TornTail.Frame));
            Assert.Subset(new HashSet<string> { "a", "b", "c" }, journal.Recovery.TornTail.Owners.ToHashSet());
        }
    }

    [Fact]
    public void Records_of_a_cut_frame_never_come_back()
    {
        var disk = Written(groups: 3);
        var last = LastFrame(disk);
        disk[FirstSegment].Flip(last.Offset + last.Frame.Length - 1, 0x04);
        var journal = JournalSetup.Open(disk);
        journal.Commit("a", 3, "another three");
        for (var restart = 0; restart < 3; restart++)
        {
            journal = JournalSetup.Open(disk);
            Assert.Equal(["1=one", "2=one", "3=another three"], journal.Tail("a"));
            Assert.Empty(journal.Recovery.Damage);
        }
    }

    [Fact]
    public void Unreadable_block_costs_its_records_and_not_the_start()
    {
        var disk = Damageable(inAnEarlierSegment: true);
        var target = Frames(disk, FirstSegment)[1];
        disk[FirstSegment].BadSectors.Add(target.Offset / FaultyDisk.SectorBytes);
        using var journal = JournalSetup.Open(disk);
        var damage = Assert.Single(journal.Recovery.Damage);
        Assert.Equal(2, damage.FirstFrame);
        Assert.False(damage.OwnersAreCertain);
        Assert.Equal(["a", "b", "c", "filler"], damage.Owners);
        Assert.Equal(["1=one", "3=one", "4=one"], journal.Tail("a"));
    }

    [Fact]
    public void Zeroed_sector_is_not_taken_for_the_padding_of_a_frame()
    {
        var disk = Damageable(inAnEarlierSegment: true);
        var target = Frames(disk, FirstSegment)[1];
        var sector = disk[FirstSegment].Cache.Slice(target.Offset, FaultyDisk.SectorBytes).ToArray();
        for (var i = 0; i < sector.Length; i++)
        {
            disk[FirstSegment].Flip(target.Offset + i, sector[i]);
        }

        // Header and records were all in it: nothing is left that says what they were, so nobody is above suspicion.
        using var journal = JournalSetup.Open(disk);
        var damage = Assert.Single(journal.Recovery.Damage);
        Assert.Equal((2, 0), (damage.FirstFrame, damage.KeptRecords));
        Assert.False(damage.OwnersAreCertain);
        Assert.Equal(["a", "b", "c", "filler"], damage.Owners);
    }

    [Fact]
    public void Sector_that_goes_bad_while_running_is_left_out_and_reported()
    {
        var disk = Written(groups: 3);
        using var journal = JournalSetup.Open(disk);
        var carried = Frames(disk, disk.NewestSegment())[1];
        disk[disk.NewestSegment()].Flip(carried.Offset + FrameHeader.Bytes + RecordFrame.HeadBytes + 2, 0x01);
        Assert.Equal(["1=one", "3=one"], journal.Tail("a"));
        Assert.Equal(["a"], journal.DamagedOwners);
        Assert.Equal(["1=three", "2=three", "3=three"], journal.Tail("c"));
    }

    [Fact]
    public void Lost_header_block_costs_nothing_and_is_reported()
    {
        var disk = Damageable(inAnEarlierSegment: true);
        disk[FirstSegment].BadSectors.UnionWith([0L, 4L]);
        using var journal = JournalSetup.Open(disk);
        var damage = Assert.Single(journal.Recovery.Damage);
        Assert.Equal($"{FirstSegment} has a damaged header; 0 records in it were kept; nothing was lost; the bytes are in {damage.QuarantineFile}.", damage.ToString());
        Assert.Equal(Expected(4), Tails(journal));
    }

    [Fact]
    public void Lost_header_block_of_a_reused_segment_does_not_bring_stale_frames_back()
    {
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        TurnOver(journal, rounds: 12);
        journal.Commit("a", 1000, "kept");
        var newest = disk.NewestSegment();
        disk[newest].BadSectors.UnionWith([0L, 4L]);
        journal = JournalSetup.Open(disk);
        Assert.Equal("1000=kept", journal.Tail("a").Last());
        Assert.DoesNotContain(journal.Tail("big"), record => long.Parse(record.Split('=')[0]) <= journal.OwnerOf("big").TrimmedSequence);
        Assert.All(journal.Recovery.Damage, damage => Assert.Equal(JournalDamageKind.Header, damage.Kind));
    }

    [Fact]
    public void Missing_segment_is_reported()
    {
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        for (var i = 1; i <= 30; i++)
        {
            journal.Commit("big", i, new string('x', 6000));
        }

        var segments = disk.List().Where(name => name.EndsWith(".segment")).Order().ToList();
        Assert.True(segments.Count > 3);
        disk.Remove(segments[1]);
        using var restarted = JournalSetup.Open(disk);
        var damage = Assert.Single(restarted.Recovery.Damage);
        Assert.Matches("^0000000001.segment lacks frames [0-9]+ to [0-9]+; .* it may have cost records of big, or of others.$", damage.ToString());
        Assert.Equal(30 - (damage.LastFrame - damage.FirstFrame + 1), restarted.Tail("big").Length);
    }

    [Fact]
    public void Segment_of_a_newer_version_is_refused_with_a_clear_line_and_nothing_is_changed()
    {
        var disk = Written(groups: 1);
        SegmentHeader.TryRead(disk[FirstSegment].Cache, out var header);
        var block = new byte[JournalFormat.BlockBytes];
        (header with { Version = 2 }).Write(block);
        disk[FirstSegment].Write(block, 0);
        var before = disk.Operations;
        var fault = Assert.Throws<JournalFormatException>(() => JournalSetup.Open(disk));
        Assert.Equal("0000000001.segment has journal format 2; this version reads up to 1. Start the version that wrote it.", fault.Message);
        Assert.Equal(before, disk.Operations);
    }

    [Fact]
    public void Stale_frames_of_a_reused_segment_are_never_read()
    {
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        TurnOver(journal, rounds: 12);
        var active = disk.NewestSegment();
        for (var sequence = 1000; disk.NewestSegment() == active; sequence++)
        {
            journal.Commit("big", sequence, new string('x', 6000));
        }

        // The newest segment now holds one new frame, and behind it whole frames of its last use.
        var newest = disk.NewestSegment();
        SegmentHeader.TryRead(disk[newest].Cache, out var header);
        var stale = 0;
        for (var offset = JournalFormat.BlockBytes; offset < JournalSetup.Options.SegmentBytes; offset += JournalFormat.BlockBytes)
        {
            stale += FrameHeader.TryRead(disk[newest].Cache[offset..], out var frame) && frame.Generation != header.Generation ? 1 : 0;
        }

        Assert.True(stale > 0, "The test needs stale frames.");
        var expected = journal.Tail("big");
        var restarted = JournalSetup.Open(disk);
        Assert.Equal(expected, restarted.Tail("big"));
        Assert.Empty(restarted.Recovery.Damage);
        Assert.Null(restarted.Recovery.TornTail);
    }

    [Fact]
    public void Frame_with_the_next_number_from_another_generation_is_not_read()
    {
        // What a power cut may leave of an earlier life: the very number that comes next, sealed for the segment's last use.
        var disk = Written(groups: 2);
        var last = LastFrame(disk);
        var foreign = new GroupBuffer(JournalSetup.Options.MaxFrameBytes);
        var journal = JournalSetup.Open(new FaultyDisk());
        foreign.Add(RecordKind.Data, journal.OwnerOf("a"), 3, "stale"u8);
        SegmentHeader.TryRead(disk[FirstSegment].Cache, out var header);
        disk[FirstSegment].Write(foreign.Seal(0, last.Frame.Number + 1, header.Generation + 1, 0, default), last.End);
        disk[FirstSegment].Flush();
        using var restarted = JournalSetup.Open(disk);
        Assert.Equal(Expected(2), Tails(restarted));
        Assert.Null(restarted.Recovery.TornTail);
    }

    [Fact]
    public void Value_that_looks_like_a_frame_is_not_taken_for_one()
    {
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        journal.Commit("a", 1, "one");
        SegmentHeader.TryRead(disk[FirstSegment].Cache, out var header);

        // A client cannot know the generation; this one guesses frame number and all else.
        var forged = new GroupBuffer(JournalSetup.Options.MaxFrameBytes);
        forged.Add(RecordKind.Data, journal.OwnerOf("a"), 99, "forged"u8);
        var payload = new byte[2 * JournalFormat.BlockBytes];
        forged.Seal(0, 3, header.Generation ^ 1, 0, default).CopyTo(payload.AsSpan(JournalFormat.BlockBytes - FrameHeader.Bytes - RecordFrame.HeadBytes - 1));
        Assert.True(journal.TryAppend(journal.OwnerOf("a"), [new JournalRecord(2, payload)], false, out _, out _));
        journal.Pump();
        journal.Commit("a", 3, "three");
        var frame = Frames(disk, FirstSegment)[1];
        disk[FirstSegment].Flip(frame.Offset + 9, 1);
        using var restarted = JournalSetup.Open(disk);
        Assert.Equal([1L, 2L, 3L], restarted.OwnerOf("a").ReadTail().Select(record => record.Sequence));
    }

    private const string FirstSegment = "0000000001.segment";

    /// <summary>Groups of three records, one of each owner, as a kill leaves them.</summary>
    private static FaultyDisk Written(int groups)
    {
        var disk = new FaultyDisk();
        Write(JournalSetup.Open(disk), 1, groups);
        return disk;
    }

    /// <summary>Four groups, the third and fourth in the same segment or, after a kill, in the next one. The second may be damaged.</summary>
    private static FaultyDisk Damageable(bool inAnEarlierSegment)
    {
        if (!inAnEarlierSegment)
        {
            return Written(groups: 4);
        }

        // A large record keeps the segment from being carried whole.
        var disk = new FaultyDisk();
        var journal = JournalSetup.Open(disk);
        Write(journal, 1, 2);
        journal.Commit("filler", 1, new string('x', 17 * 1024));
        Write(JournalSetup.Open(disk), 3, 2);
        Assert.Equal(2, disk.List().Count(name => name.EndsWith(".segment")));
        return disk;
    }

    private static void Write(FlashJournal journal, int first, int groups)
    {
        for (var group = first; group < first + groups; group++)
        {
            for (var i = 0; i < Payloads.Length; i++)
            {
                journal.Append(((char)('a' + i)).ToString(), group, Payloads[i]);
            }

            while (journal.DurablePosition < group - first + 1)
            {
                journal.RunOnce();
            }
        }
    }

    private static Dictionary<string, string[]> Expected(int groups) => Payloads
        .Select((payload, i) => (Owner: ((char)('a' + i)).ToString(), Records: Enumerable.Range(1, groups).Select(group => $"{group}={payload}").ToArray()))
        .ToDictionary(owner => owner.Owner, owner => owner.Records);

    private static Dictionary<string, string[]> Tails(FlashJournal journal) =>
        new[] { "a", "b", "c" }.ToDictionary(owner => owner, journal.Tail);

    private static List<ScannedStretch> Frames(FaultyDisk disk, string name)
    {
        SegmentHeader.TryRead(disk[name].Cache, out var header);
        return JournalScan.Read(disk[name].Cache, header.Generation);
    }

    private static ScannedStretch LastFrame(FaultyDisk disk) =>
        Frames(disk, FirstSegment).Last(stretch => stretch.Trace == FrameTrace.Whole);

    /// <summary>Fills segments and frees them again, until each file has been used more than once.</summary>
    private static void TurnOver(FlashJournal journal, int rounds)
    {
        var sequence = 0L;
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < 7; i++)
            {
                journal.Commit("big", ++sequence, new string('x', 6000));
            }

            journal.Trim(journal.OwnerOf("big"), sequence);
        }
    }
}
