namespace EdgeOrleans.Journal;

/// <summary>A segment file found at start.</summary>
internal sealed class FoundSegment(string name, long number, IDiskFile file, int length)
{
    private const long NoLaterSegment = long.MaxValue;

    private readonly HashSet<int> _unreadable = [];

    public string Name { get; } = name;

    public long Number { get; } = number;

    public IDiskFile File { get; } = file;

    public int Length { get; } = length;

    /// <summary>As on flash, or as the frames tell when both copies are lost; without a generation when nothing tells.</summary>
    public SegmentHeader Header { get; set; }

    /// <summary>Whether a copy of the header was whole.</summary>
    public bool HasHeader { get; set; }

    /// <summary>Whether there is anything to go by.</summary>
    public bool IsReadable { get; set; }

    /// <summary>
    /// Frames up to this number were flushed while this was the active segment: the next one says so. The next but one
    /// may say less: then a recovery in between gave up what was in the next.
    /// </summary>
    public long ProvenThrough { get; set; } = NoLaterSegment;

    /// <summary>Frames up to this number may be here as originals of carried copies: taken if whole, not missed if not.</summary>
    public long CarriedThrough { get; set; }

    /// <summary>Whether no segment comes after it.</summary>
    public bool IsLast => ProvenThrough == NoLaterSegment;

    // Stands for what cannot be read: no frame, no record, and no padding either.
    private const byte Unreadable = 0xee;

    /// <summary>Whether the block that begins here could not be read.</summary>
    public bool IsUnreadable(int offset) => _unreadable.Contains(offset);

    /// <summary>The bytes of the whole file, with a pattern for blocks that cannot be read.</summary>
    public byte[] ReadAll()
    {
        var bytes = new byte[Length];
        try
        {
            File.Read(bytes, 0);
        }
        catch (IOException)
        {
            ReadBlocks(bytes);
        }

        return bytes;
    }

    private void ReadBlocks(Span<byte> bytes)
    {
        for (var offset = 0; offset < bytes.Length; offset += JournalFormat.BlockBytes)
        {
            var block = bytes[offset..Math.Min(offset + JournalFormat.BlockBytes, bytes.Length)];
            try
            {
                File.Read(block, offset);
            }
            catch (IOException)
            {
                block.Fill(Unreadable);
                _unreadable.Add(offset);
            }
        }
    }
}

/// <summary>Opens all segments and works out, from their headers alone, what each must hold.</summary>
internal static class SegmentSurvey
{
    /// <summary>The segments, oldest first. Writes nothing.</summary>
    /// <param name="disk">The directory.</param>
    /// <param name="names">The names in it.</param>
    /// <param name="unopened">Names of segments that the disk will not open.</param>
    /// <exception cref="JournalFormatException">One is of a newer version.</exception>
    public static List<FoundSegment> Run(IDisk disk, IReadOnlyList<string> names, List<(string Name, long Number)> unopened)
    {
        var segments = new List<FoundSegment>();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            if (!SegmentFile.TryParseName(name, out var number))
            {
                continue;
            }

            try
            {
                var file = disk.Open(name);
                var length = (int)Math.Min(file.Length, JournalFormat.MaxSegmentBytes);
                segments.Add(new FoundSegment(name, number, file, length));
            }
            catch (IOException)
            {
                unopened.Add((name, number));
            }
        }

        foreach (var segment in segments)
        {
            ReadHeader(segment);
        }

        DeriveLostHeaders(segments);
        LinkForward(segments);
        return segments;
    }

    private static void ReadHeader(FoundSegment segment)
    {
        if (!TryReadHeaderCopy(segment, 0, out var header) && !TryReadHeaderCopy(segment, SegmentHeader.CopyOffset, out header))
        {
            return;
        }

        if (header.Version > JournalFormat.Version)
        {
            throw new JournalFormatException(
                $"{segment.Name} has journal format {header.Version}; this version reads up to {JournalFormat.Version}. Start the version that wrote it.");
        }

        // A file under another segment's name tells nothing that can be trusted.
        segment.HasHeader = segment.IsReadable = header.Number == segment.Number;
        segment.Header = segment.IsReadable ? header : default;
    }

    private static bool TryReadHeaderCopy(FoundSegment segment, int offset, out SegmentHeader header)
    {
        // Apart from each other: a sector that cannot be read must not take both.
        Span<byte> copy = stackalloc byte[SegmentHeader.Bytes];
        header = default;
        try
        {
            return segment.File.Read(copy, offset) == copy.Length && SegmentHeader.TryRead(copy, out header);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void DeriveLostHeaders(List<FoundSegment> segments)
    {
        // Stale frames in a file are older than every segment that is still there.
        var numbersAbove = segments.Where(segment => segment.HasHeader).Select(segment => segment.Header.LastFrameBefore).DefaultIfEmpty(0).Min();
        var length = segments.Select(segment => segment.Length).DefaultIfEmpty(0).Max();
        foreach (var segment in segments.Where(segment => !segment.HasHeader))
        {
            var bytes = segment.ReadAll();
            segment.Header = new SegmentHeader(JournalFormat.Version, length, 0, segment.Number, 0, 0, 0);
            if (JournalScan.FindGeneration(bytes, segment == segments[0] ? 0 : numbersAbove) is not { } generation)
            {
                continue;
            }

            var frames = JournalScan.Read(bytes, generation).Where(stretch => stretch.Trace != FrameTrace.None).ToList();
            if (frames.Count == 0)
            {
                continue;
            }

            var first = frames[0].Frame;
            segment.IsReadable = true;
            segment.Header = segment.Header with
            {
                Generation = generation,
                LastFrameBefore = first.Number - 1,
                ClockMicros = first.ClockMicros,
                CarriedThrough = first.Number,
            };
        }
    }

    private static void LinkForward(List<FoundSegment> segments)
    {
        var provenThrough = long.MaxValue;
        var carriedThrough = 0L;
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            var segment = segments[i];
            segment.ProvenThrough = provenThrough;
            segment.CarriedThrough = carriedThrough;
            if (segment.IsReadable && segment.Header.LastFrameBefore < provenThrough)
            {
                provenThrough = segment.Header.LastFrameBefore;
                carriedThrough = segment.Header.CarriedThrough;
            }
        }
    }
}
