using System.Globalization;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>The names of a collection's rows. The view <c>entries</c> of the database knows them too.</summary>
internal static class RowName
{
    /// <summary>How many slots the ring of a device has. A format constant: slot n mod 16 holds save n.</summary>
    public const int SlotCount = 16;

    /// <summary>
    /// The same of a cluster, where each commit is a save: a larger ring, so that the collection is seldom written whole.
    /// A format constant too; the rows of a device and of a cluster are never the same.
    /// </summary>
    public const int ClusterSlotCount = 256;

    /// <summary>The one row that says which snapshot is current.</summary>
    public const string Head = "head";

    private static readonly string[] Slots = [.. Enumerable.Range(0, ClusterSlotCount).Select(i => string.Create(CultureInfo.InvariantCulture, $"d{i}"))];

    /// <summary>The slot of a save in a ring of so many.</summary>
    public static string Slot(long save, int slotCount) => Slots[save % slotCount];

    /// <summary>Whether a row is a slot of the ring.</summary>
    public static bool IsSlot(string row) => row[0] == 'd';

    /// <summary>
    /// A chunk of a snapshot. Two generations take turns, so the current snapshot stays whole while the next is written.
    /// </summary>
    public static string Chunk(long generation, int index) => string.Create(CultureInfo.InvariantCulture, $"s{generation & 1}-{index}");
}
