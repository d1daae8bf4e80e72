namespace EdgeOrleans.Simulation.Services;

/// <summary>The few collections and keys of a seed: few, so that writes meet.</summary>
internal sealed class Names
{
    private readonly string[] _collections;

    public Names(SeededRandom random)
    {
        var namespaces = random.Between(1, 2);
        _collections = [.. Enumerable.Range(0, random.Between(1, 4)).Select(i => $"ns{i % namespaces}/coll{i}")];
        Keys = [.. Enumerable.Range(0, random.Between(2, 10)).Select(i => $"k{i}")];
    }

    public string[] Keys { get; }

    /// <summary>Those that a delete removes: the collection itself, or those of a namespace, given with a slash at its end.</summary>
    public IEnumerable<string> CollectionsUnder(string target) =>
        _collections.Where(collection => target[^1] == '/' ? collection.StartsWith(target, StringComparison.Ordinal) : collection == target);

    public string Collection(SeededRandom random) => _collections[random.Below(_collections.Length)];

    public string Key(SeededRandom random) => Keys[random.Below(Keys.Length)];
}
