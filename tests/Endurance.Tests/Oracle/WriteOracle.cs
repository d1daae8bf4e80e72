using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace EdgeOrleans.Endurance.Tests.Oracle;

/// <summary>
/// Knows what was sent and what was answered, and says of what is found whether it can be: everything acknowledged is there with its
/// last acknowledged value or a later one that was sent, no deleted key is back, nothing is there that was never sent.
/// </summary>
internal sealed class WriteOracle
{
    private readonly ConcurrentDictionary<Place, KeyHistory> _keys = [];
    private readonly ConcurrentDictionary<(string Namespace, string Name), CollectionHistory> _collections = [];
    private long _lastSet;

    public IEnumerable<Place> Places => _keys.Keys;

    public IEnumerable<CollectionHistory> Collections => _collections.Values;

    /// <summary>To be called before the request is sent.</summary>
    public Sent BeginSet(Place place) => Begin(place, SentKind.Set, Interlocked.Increment(ref _lastSet));

    /// <inheritdoc cref="BeginSet"/>
    public Sent BeginDelete(Place place) => Begin(place, SentKind.Delete, 0);

    /// <summary>To be called when the answer was read, or when there will be none.</summary>
    public void End(Place place, Sent sent, Answer answer)
    {
        sent.Answer = answer;
        if (answer == Answer.Acknowledged)
        {
            // A reader may have seen it earlier than its sender.
            sent.EndedAt = Math.Min(sent.EndedAt, Moment.Next());
        }

        if (sent.Kind == SentKind.Set)
        {
            CollectionOf(place).SetEnded(sent);
        }
    }

    /// <summary>A delete of collections as a whole.</summary>
    public Sent BeginClear(IEnumerable<(string Namespace, string Name)> collections)
    {
        var clear = new Sent(SentKind.Delete, 0, Moment.Next());
        foreach (var collection in collections)
        {
            CollectionOf(collection).AddClear(clear);
        }

        return clear;
    }

    public static void EndClear(Sent clear, Answer answer)
    {
        clear.Answer = answer;
        clear.EndedAt = answer == Answer.Acknowledged ? Moment.Next() : long.MaxValue;
    }

    /// <summary>A read while others write.</summary>
    /// <param name="place">What was read.</param>
    /// <param name="value">The JSON text found; <see langword="null"/> for none.</param>
    /// <param name="readAt">The moment before it was sent.</param>
    /// <returns>What is wrong with it; <see langword="null"/> when nothing is.</returns>
    public string? Read(Place place, string? value, long readAt)
    {
        var history = KeyOf(place);
        var clears = CollectionOf(place).Clears();
        return Explain(history, clears, IdOf(value, out var fault) is var id && fault is null ? history.Read(id, readAt, clears) : fault);
    }

    /// <summary>What a copy of the data holds that was begun at a moment while others wrote. What came later may be in it or not.</summary>
    /// <returns>What is wrong with it; <see langword="null"/> when nothing is.</returns>
    public string? Look(Place place, string? value, long begunAt)
    {
        var history = KeyOf(place);
        var clears = CollectionOf(place).Clears();
        return Explain(history, clears, IdOf(value, out var fault) is var id && fault is null ? history.Look(id, begunAt, clears) : fault);
    }

    /// <summary>What a key holds after a restart, before anything is sent.</summary>
    /// <returns>What is wrong with it; <see langword="null"/> when nothing is.</returns>
    public string? Settle(Place place, string? value)
    {
        var history = KeyOf(place);
        var clears = CollectionOf(place).Clears();
        var before = history.Describe(clears);
        var verdict = IdOf(value, out var fault) is var id && fault is null ? history.Settle(id, clears) : fault;
        return verdict is null ? null : $"{place} {verdict}\n{before}";
    }

    /// <summary>Of the sets without an answer how many are there, and how many are not, given what was found.</summary>
    public (int Kept, int Dropped) DoubtAbout(Place place, string? value) => KeyOf(place).DoubtAbout(IdOf(value, out _));

    /// <summary>The text of the value that a set sends. Its number text, its length and its order are to come back as they are.</summary>
    public static string ValueOf(long id)
    {
        // Most are short, some are nearly as long as the limit of the tests allows, and none says so but its number.
        var spread = (uint)(id * 2654435761);
        var pad = spread % 3 == 0 ? (int)(spread / 3 % 900) : (int)(spread / 3 % 60);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"op":{{id}},"exact":123456789012345678901.50,"pad":"{{new string('x', pad)}}"}""");
    }

    private Sent Begin(Place place, SentKind kind, long id)
    {
        var sent = new Sent(kind, id, Moment.Next());
        KeyOf(place).Add(sent);
        return sent;
    }

    private KeyHistory KeyOf(Place place) => _keys.GetOrAdd(place, static place => new KeyHistory(place.ToString()));

    private CollectionHistory CollectionOf(Place place) => CollectionOf((place.Namespace, place.Collection));

    private CollectionHistory CollectionOf((string Namespace, string Name) collection) =>
        _collections.GetOrAdd(collection, static key => new CollectionHistory(key.Namespace, key.Name));

    private static string? Explain(KeyHistory history, Sent[] clears, string? fault) =>
        fault is null ? null : $"{history.Key} {fault}\n{history.Describe(clears)}";

    private static long IdOf(string? value, out string? fault)
    {
        fault = null;
        if (value is null)
        {
            return 0;
        }

        using var json = JsonDocument.Parse(value);
        if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("op", out var op) && op.TryGetInt64(out var id) && value == ValueOf(id))
        {
            return id;
        }

        fault = $"holds a text that was never sent: {value}";
        return 0;
    }
}
