using System.Globalization;

namespace EdgeOrleans.Journal;

/// <summary>A segment that holds frames.</summary>
internal sealed class SegmentFile(string name, IDiskFile file, SegmentHeader header, int length)
{
    private const string Suffix = ".segment";

    public string Name { get; } = name;

    public IDiskFile File { get; } = file;

    public SegmentHeader Header { get; } = header;

    public long Number => Header.Number;

    /// <summary>Bytes of the file.</summary>
    public int Length { get; } = length;

    /// <summary>Where the next frame goes, while this is the active segment.</summary>
    public int NextOffset { get; set; } = JournalFormat.BlockBytes;

    public int Remaining => Length - NextOffset;

    /// <summary>Records in here that the primary target does not have.</summary>
    public int LiveRecords { get; private set; }

    /// <summary>Their bytes.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>Readers of tails that must not see the file change under them.</summary>
    public int Readers { get; set; }

    /// <summary>The name of the segment of this number.</summary>
    public static string NameOf(long number) => number.ToString("D10", CultureInfo.InvariantCulture) + Suffix;

    /// <summary>Whether a file is a segment by its name, and its number.</summary>
    public static bool TryParseName(string name, out long number)
    {
        number = 0;
        return name.EndsWith(Suffix, StringComparison.Ordinal)
            && name.Length == 10 + Suffix.Length
            && long.TryParse(name.AsSpan(0, 10), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    public void Gained(int bytes)
    {
        LiveRecords++;
        LiveBytes += bytes;
    }

    public void Lost(int bytes)
    {
        LiveRecords--;
        LiveBytes -= bytes;
    }
}
