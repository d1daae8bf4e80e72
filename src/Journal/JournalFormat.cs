namespace EdgeOrleans.Journal;

/// <summary>Numbers that are part of the format: changing one needs a new <see cref="Version"/>. See docs/journal-format.md.</summary>
internal static class JournalFormat
{
    /// <summary>The only version so far, in every segment header.</summary>
    public const int Version = 1;

    /// <summary>
    /// Frames begin on multiples of this. It is what a page cache writes at once, so a byte that was acknowledged is
    /// never part of a later write.
    /// </summary>
    public const int BlockBytes = 4096;

    /// <summary>A live record is found again by 24 bits of offset in units of eight bytes.</summary>
    public const int MaxSegmentBytes = 64 * 1024 * 1024;

    /// <summary>Live records name their segment by 16 bits of its number; half of that keeps the numbers apart.</summary>
    public const int MaxSegments = 32_768;

    /// <summary>The longest owner key in bytes of UTF-8.</summary>
    public const int MaxOwnerBytes = 1024;

    /// <summary>Rounds up to whole blocks.</summary>
    public static int ToBlocks(int bytes) => (bytes + BlockBytes - 1) & ~(BlockBytes - 1);

    /// <summary>The block-aligned size of a frame that holds one record of this payload and the longest owner key.</summary>
    public static int LargestFrameBytes(int payloadBytes) =>
        ToBlocks(FrameHeader.Bytes + RecordFrame.SizeOf(MaxOwnerBytes, payloadBytes));
}
