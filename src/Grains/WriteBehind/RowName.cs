using System.Globalization;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>The names of a collection's rows. The view <c>entries</c> of the database knows them too.</summary>
internal static class RowName
{
    /// <summary>How many slots the ring has. A format constant: slot n mod 16 holds save n.</summary>
    public const int SlotCount = 16;

    /// <summary>The one row that says which snapshot is current.</summary>
    public const string Head = "head";

    private static readonly string[] Slots = [.. Enumerable.Range(0, SlotCount).Select(i => string.Create(CultureInfo.InvariantCulture, $"d{i}"))];

    /// <summary>The slot of a save.</summary>
    public static string Slot(long save) => Slots[save % SlotCount];

    /// <summary>Whether a row is a slot of the ring.</summary>
    public static bool IsSlot(string row) => row[0] == 'd';

    /// <summary>
    /// A chunk of a snapshot. Two generations take turns, so the current snapshot stays whole while the next is written.
    /// </summary>
    public static string Chunk(long generation, int index) => string.Create(CultureInfo.InvariantCulture, $"s{generation & 1}-{index}");
}
