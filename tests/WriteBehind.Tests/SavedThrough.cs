using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>What <see cref="IStateRows.ListSaved"/> answers, for a storage that cannot look into its rows by itself.</summary>
internal static class SavedThrough
{
    /// <summary>The greatest sequence in head and slots of each collection.</summary>
    public static IReadOnlyDictionary<string, long> Of(IEnumerable<(string Collection, string Row, byte[] Payload)> rows) => rows
        .Where(static row => row.Row == RowName.Head || RowName.IsSlot(row.Row))
        .GroupBy(static row => row.Collection)
        .ToDictionary(
            static collection => collection.Key,
            static collection => collection.Max(row => StatePayloadReader.ReadHeader(row.Collection, row.Row, row.Payload).Sequence));
}
