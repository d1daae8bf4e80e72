using System.Text.Json;
using EdgeOrleans.Oracle;

namespace EdgeOrleans.Endurance.Tests.Traffic;

/// <summary>An answer, or that there was none.</summary>
/// <param name="Status">The HTTP status; 0 when the connection ended first.</param>
/// <param name="Body">The body's text.</param>
/// <param name="RetryAfter">The header of that name.</param>
internal readonly record struct Reply(int Status, string Body, string? RetryAfter)
{
    /// <summary>When the connection ended before there was an answer.</summary>
    public static Reply None { get; } = new(0, "", null);

    /// <summary>The error's code; empty when it is none.</summary>
    public string Code => Status is 0 or 200 or 201 || Body.Length == 0 ? "" : Member("code") ?? "";

    /// <summary>What it says about the effect of a write.</summary>
    public Answer Answer => Status is 200 or 201 ? Answer.Acknowledged : AnswerOf(Status, Code);

    /// <summary>The raw JSON text of a member; <see langword="null"/> when there is none.</summary>
    public string? Raw(string member)
    {
        using var json = JsonDocument.Parse(Body);
        return json.RootElement.TryGetProperty(member, out var value) ? value.GetRawText() : null;
    }

    /// <summary>The strings of an array.</summary>
    public string[] Strings(string member)
    {
        using var json = JsonDocument.Parse(Body);
        return [.. json.RootElement.GetProperty(member).EnumerateArray().Select(static item => item.GetString()!)];
    }

    public long Number(string member)
    {
        using var json = JsonDocument.Parse(Body);
        return json.RootElement.GetProperty(member).GetInt64();
    }

    /// <summary>Of each operation of a batch what was answered.</summary>
    public Answer[] BatchAnswers()
    {
        using var json = JsonDocument.Parse(Body);
        return
        [
            .. json.RootElement.GetProperty("results").EnumerateArray().Select(static result => result.GetProperty("success").GetBoolean()
                ? Answer.Acknowledged
                : AnswerOf(200, result.GetProperty("code").GetString()!)),
        ];
    }

    public override string ToString() => $"{Status} {Body}";

    private string? Member(string name)
    {
        using var json = JsonDocument.Parse(Body);
        return json.RootElement.GetProperty(name).GetString();
    }

    private static Answer AnswerOf(int status, string code) => code switch
    {
        "BACKLOG_FULL" or "INSUFFICIENT_STORAGE" or "LIMIT_REACHED" or "COLLECTION_FULL" => Answer.Refused,
        _ => status is >= 400 and < 500 ? Answer.Refused : Answer.InDoubt,
    };
}
