using EdgeOrleans.Oracle;

namespace EdgeOrleans.Endurance.Tests.Traffic;

/// <summary>
/// The keys that traffic is about: a collection large enough for snapshots of several chunks, small busy ones, some that are deleted
/// as collections, and namespaces that are deleted as a whole.
/// </summary>
internal static class Landscape
{
    private static readonly (string Namespace, string Name, int Keys)[] All =
    [
        ("keep", "large", 1200), ("keep", "busy", 60), ("keep", "calm", 60), ("keep", "brief-0", 30), ("keep", "brief-1", 30),
        .. from ns in Enumerable.Range(0, 3) from name in Enumerable.Range(0, 3) select ($"gone-{ns}", $"c{name}", 15),
    ];

    public static IReadOnlyList<string> Namespaces { get; } = [.. All.Select(static c => c.Namespace).Distinct()];

    /// <summary>A place, some much more often than others, so that several writers meet there.</summary>
    public static Place Any(Random random)
    {
        var roll = random.Next(100);
        var (ns, name, keys) = roll < 50 ? All[0] : roll < 75 ? All[random.Next(1, 5)] : All[random.Next(5, All.Length)];
        return new Place(ns, name, KeyName(random.Next(10) == 0 ? random.Next(3) : random.Next(keys)));
    }

    /// <summary>A namespace that may be deleted.</summary>
    public static string AnyNamespace(Random random) => Namespaces[random.Next(1, Namespaces.Count)];

    /// <summary>A collection that may be deleted.</summary>
    public static (string Namespace, string Name) AnyCollection(Random random) => random.Next(2) == 0
        ? ("keep", $"brief-{random.Next(2)}")
        : (AnyNamespace(random), $"c{random.Next(3)}");

    public static IEnumerable<(string Namespace, string Name)> CollectionsOf(string ns) =>
        All.Where(c => c.Namespace == ns).Select(static c => (c.Namespace, c.Name));

    // Some with all that a path has to encode.
    private static string KeyName(int number) => number % 10 == 7 ? $"k{number}/%2F +€😀.." : $"k{number}";
}
