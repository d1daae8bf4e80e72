using System.Text;

namespace EdgeOrleans.Load.Workloads;

/// <summary>The body of a batch of SETs.</summary>
internal static class BatchBody
{
    public static string Of(IEnumerable<(string Collection, string Key, string Value)> entries)
    {
        var body = new StringBuilder("{\"operations\":[");
        var separator = "";
        foreach (var (collection, key, value) in entries)
        {
            body.Append(separator).Append($"{{\"collection\":\"{collection}\",\"key\":\"{key}\",\"value\":{value}}}");
            separator = ",";
        }

        return body.Append("]}").ToString();
    }
}
